#pragma once

#include <fmt/format.h>
#include <spdlog/logger.h>

#if FMT_VERSION < 100000
// What spdlog formats with is in libfmt, which before version 10 does not say so: each file would compile it
// anew, for two seconds.
extern template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&, fmt::string_view,
                                                   fmt::format_args, fmt::detail::locale_ref);
#endif
