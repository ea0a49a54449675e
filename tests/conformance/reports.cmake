# The report writers: no socket, no clock. The page's style and script are files of their own, embedded here.
foreach(asset report.css report.js class.css class.js)
  string(REPLACE "." "_" name ${asset})
  file(READ "${CMAKE_CURRENT_LIST_DIR}/report/html/${asset}" ${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/report/html/${asset}")
endforeach()
file(CONFIGURE OUTPUT html_assets.cpp @ONLY CONTENT [[
#include "tests/conformance/report/html_assets.hpp"

namespace parley::conform {

const std::string_view report_css = R"asset(@report_css@)asset";
const std::string_view report_js = R"asset(@report_js@)asset";
const std::string_view class_css = R"asset(@class_css@)asset";
const std::string_view class_js = R"asset(@class_js@)asset";

}  // namespace parley::conform
]])

add_library(parley_conform_reports STATIC
  "${CMAKE_CURRENT_BINARY_DIR}/html_assets.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/anonymous.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/causes.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/class_matrix.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/model/crash_text.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/lecture.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_autolab.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_brief.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_bytes.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_console.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_csv.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_diagram.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_gradescope.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_html.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_json.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_junit.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_markdown.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_markup.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_names.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_page.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_prairielearn.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_tap.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_text.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/report/report_vpl.cpp")
target_link_libraries(parley_conform_reports
  PUBLIC parley_protocol parley_conform_model
  PRIVATE parley_settings nlohmann_json::nlohmann_json)
target_precompile_headers(parley_conform_reports PRIVATE ${parley_common_headers} <nlohmann/json.hpp> <sstream>)
