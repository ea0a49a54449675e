#pragma once

#include <string_view>

namespace parley::conform {

// The files of html/, read when this program is built.
extern const std::string_view report_css;
extern const std::string_view report_js;
extern const std::string_view class_css;
extern const std::string_view class_js;

}  // namespace parley::conform
