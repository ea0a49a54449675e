#pragma once

#include <string>

#include "server/figures.hpp"
#include "server/metrics/process.hpp"

namespace parley::metrics {

/// What Prometheus' text format is called by its makers.
inline constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

/// The figures as Prometheus reads them: each as a metric with its unit and a line of help. Pure.
std::string to_exposition(const Figures& figures, const Process& process);

}  // namespace parley::metrics
