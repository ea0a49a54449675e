#pragma once

#include <string_view>

namespace parley::conform {

// html/report.css and html/report.js, read when this program is built.
extern const std::string_view report_css;
extern const std::string_view report_js;

}  // namespace parley::conform
