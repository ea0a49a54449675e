#pragma once

#include <algorithm>
#include <vector>

namespace parley::bench {

/// Of a list that is not empty.
inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Of one figure of several runs.
template <typename Run>
double median_of(const std::vector<Run>& runs, double Run::*figure) {
  std::vector<double> values;
  for (const Run& run : runs) values.push_back(run.*figure);
  return median(values);
}

}  // namespace parley::bench
