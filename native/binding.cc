// The binding as one unit: the compiler sees across its files, and reads the headers that they share once.

#include "binding/edge_words.cc"
#include "binding/health.cc"
#include "binding/init.cc"
#include "binding/ledger.cc"
#include "binding/loop_blocks.cc"
#include "binding/loop_watch.cc"
#include "binding/monitors.cc"
#include "binding/probe.cc"
#include "binding/spans.cc"
#include "binding/turns.cc"
#include "binding/windows.cc"
