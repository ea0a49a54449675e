# The fuzz targets: fuzz_NAME.cpp each, corpus/fuzz_NAME its seeds, regressions/fuzz_NAME what once made it fail.
set(fuzz_targets accounts bus gate input_line keys line livecode names rooms telnet text two_socket user_name
  web_request websocket)

# What a target needs besides protocol/, relative to the root.
set(fuzz_accounts_sources server/accounts/account_list.cpp server/accounts/password_hash.cpp)
set(fuzz_accounts_libraries spdlog::spdlog "${SODIUM_LIBRARY}")
set(fuzz_bus_libraries parley_bus_format)
set(fuzz_input_line_sources client/input_line.cpp client/typed_line.cpp)
set(fuzz_keys_sources client/graphemes.cpp client/key_decoder.cpp client/terminal_charset.cpp)
set(fuzz_keys_libraries "${UTF8PROC_LIBRARY}")
set(fuzz_line_sources client/graphemes.cpp client/line_buffer.cpp client/line_layout.cpp)
set(fuzz_line_libraries "${UTF8PROC_LIBRARY}")
set(fuzz_two_socket_sources tests/unit/two_socket_run.cpp)
set(fuzz_web_request_libraries parley_web_protocol)
set(fuzz_websocket_libraries parley_web_protocol)

# The executable of a fuzz target, still without a main(): libFuzzer's or replay.cpp's.
function(parley_add_fuzz_target executable target)
  set(sources tests/fuzz/fuzz_${target}.cpp ${fuzz_${target}_sources})
  list(TRANSFORM sources PREPEND "${PROJECT_SOURCE_DIR}/")
  add_executable(${executable} ${sources})
  target_link_libraries(${executable} PRIVATE parley_settings parley_protocol ${fuzz_${target}_libraries})
  target_include_directories(${executable} SYSTEM PRIVATE "${UTF8PROC_INCLUDE_DIR}")
  set_target_properties(${executable} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()
