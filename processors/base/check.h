// CHECK for programmer errors: on in production, prints file:line and the condition, then aborts.
// Never for bad input: that is an absl::Status.
#pragma once

#include <cstdio>
#include <cstdlib>

#define LB_CHECK(cond)                                                              \
  do {                                                                              \
    if (!(cond)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #cond); \
      std::abort();                                                                 \
    }                                                                               \
  } while (false)
