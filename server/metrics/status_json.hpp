#pragma once

#include <cstdint>
#include <string>

#include "server/figures.hpp"
#include "server/metrics/process.hpp"

namespace parley::metrics {

/// Who asks: the names and addresses of peers are for this machine alone.
enum class Asker { anybody, this_machine };

/// The figures for the page at /status, as one JSON object. `now_s`: of 1970. Pure.
std::string to_status_json(const Figures& figures, const Process& process, std::int64_t now_s, Asker asker);

}  // namespace parley::metrics
