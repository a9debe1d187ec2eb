#pragma once

// How tests write and read the history of the process, one row a period.

#include "../core/history/rows.h"
#include "../core/window/stretch.h"

namespace spanmeter {

#ifdef __SANITIZE_THREAD__
inline constexpr int kThorough = 1;  // there is one thread in the comparisons; they only have to run
#else
inline constexpr int kThorough = 20;
#endif

inline constexpr Nanos kPeriod = kMillisecond;
inline constexpr Stretch::Shape kShape{ProcessRow::kWidth, Kind::kRate, ProcessRow::kCpu};

}  // namespace spanmeter
