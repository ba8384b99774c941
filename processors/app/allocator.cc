// What jemalloc is told at the start of the process; linked only where CMake found it
// (LAGESBILD_JEMALLOC).
//
// One arena: the threads of a process hand memory to each other (librdkafka's to the workers and
// back), and each further arena keeps what it once had. Free pages go back after half a second, so
// that a backlog leaves no memory behind. MALLOC_CONF in the environment goes before this. Figures:
// bench/README.md.
extern "C" {
extern const char* malloc_conf;  // NOLINT(readability-identifier-naming): jemalloc's name
const char* malloc_conf = "narenas:1,dirty_decay_ms:500,muzzy_decay_ms:0";
}
