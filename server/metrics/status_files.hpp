#pragma once

#include <string_view>

namespace parley::metrics {

// The files of page/, read when the server is built. Without initialisation at run time, so that they may be
// read at any moment.
extern const std::string_view status_html;
extern const std::string_view status_css;
extern const std::string_view status_js;

}  // namespace parley::metrics
