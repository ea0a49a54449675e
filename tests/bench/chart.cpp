#include "tests/bench/chart.hpp"

#include <cstdio>
#include <stdexcept>

namespace parley::bench {

void draw_chart(const std::string& commands, const std::string& script) {
  FILE* gnuplot = ::popen("gnuplot", "w");
  if (gnuplot == nullptr) throw std::runtime_error("cannot start gnuplot");
  const std::string all = commands + "load \"" PARLEY_BENCH_DIR "/" + script + "\"\n";
  const bool written = std::fputs(all.c_str(), gnuplot) >= 0;
  if (::pclose(gnuplot) != 0 || !written) throw std::runtime_error("gnuplot could not draw with " + script);
}

}  // namespace parley::bench
