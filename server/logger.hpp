#pragma once

/// In place of <spdlog/logger.h>, for all who log.

#include <fmt/format.h>
#include <spdlog/logger.h>

#ifdef PARLEY_LIBFMT_FORMATS
// What spdlog formats with is in libfmt, which before version 10 does not say so: each file would compile it
// anew, for two seconds. Whether it is there is tried where the server is configured.
extern template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&, fmt::string_view,
                                                   fmt::format_args, fmt::detail::locale_ref);
#endif
