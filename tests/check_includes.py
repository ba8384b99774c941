#!/usr/bin/env python3
"""The include rule: which folder of processors/ may include what.

  tests/check_includes.py              checks this checkout; exit 1 and file:line messages if broken
  tests/check_includes.py --table      prints which folder includes which third-party library
  tests/check_includes.py --self-test  proves that each rule can fail

Why: intake and picture are pure functions of their input, so a replay gives the same alerts. That
holds only while they cannot reach a clock, a thread, a random number, a file or a client library, and
while each library stays behind the one folder that adapts it.
"""
import fnmatch
import os
import re
import sys
import tempfile

# Folder -> the folders it may include, besides itself. base <- {intake, picture} <- stream <- io <- app.
LAYERS = {
    "base": set(),
    "intake": {"base"},
    "picture": {"base"},
    "stream": {"base", "intake", "picture"},
    "io": {"base", "intake", "picture", "stream"},
    "feeds": {"base", "stream", "io"},
    "board": {"base", "stream", "io"},
    "app": {"base", "intake", "picture", "stream", "io", "feeds", "board"},
}

# The folders that are a function of their input alone, and the headers that they must not reach, not
# even through a header of base/ (shell patterns).
PURE = {"intake", "picture"}
IMPURE = {
    "Kafka": ["librdkafka/*"],
    "RocksDB": ["rocksdb/*"],
    "metrics": ["prometheus/*"],
    "network": ["curl/*", "boost/asio*", "boost/beast*", "sys/socket.h", "netinet/*", "arpa/*", "netdb.h"],
    "clock": ["chrono", "ctime", "time.h", "sys/time.h", "absl/time/clock.h"],
    "thread": ["thread", "mutex", "shared_mutex", "condition_variable", "future", "pthread.h",
               "absl/synchronization/*"],
    "randomness": ["random", "absl/random/*"],
    "file": ["fstream", "filesystem", "fcntl.h", "unistd.h", "sys/stat.h", "sys/mman.h"],
}

# Third-party libraries that more than one folder may include. Every other library has one folder.
EVERYWHERE = set(LAYERS)
SHARED = {
    "absl": (EVERYWHERE, "part of the language here: Status, strings, time, containers"),
    "google/protobuf": ({"base", "intake", "picture", "stream", "io"},
                        "a message is written and read where its meaning is known"),
    "simdjson": ({"intake", "feeds", "app"},
                 "intake decodes reports; feeds read the answers of foreign services; app reads area "
                 "files and published alerts"),
}

# Headers with a suffix that come with the compiler or the C library.
SYSTEM_HEADERS = re.compile(
    r"^(assert|ctype|dirent|dlfcn|errno|fcntl|fenv|float|getopt|inttypes|limits|locale|malloc|math|netdb|"
    r"poll|pthread|pwd|sched|setjmp|signal|stdarg|stddef|stdint|stdio|stdlib|string|syslog|termios|time|"
    r"unistd|[a-z]*intrin)\.h$|^(sys|netinet|arpa|linux|net)/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\b[ \t]*(?:([<"])([^>"\n]+)[>"])?', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def library_of(name):
    """The third-party library a <header> belongs to; None for the standard and system ones."""
    if "/" not in name:
        if "." not in name or SYSTEM_HEADERS.match(name):
            return None
        return name.rsplit(".", 1)[0]
    if SYSTEM_HEADERS.match(name):
        return None
    parts = name.split("/")
    # Boost is many libraries; protobuf lives under the name of its maker.
    deep = parts[0] in ("boost", "google") and len(parts) > 1
    return "/".join(parts[:2]).rsplit(".", 1)[0] if deep else parts[0]


def why_impure(name):
    for what, patterns in IMPURE.items():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            return what
    return None


def read_includes(root):
    """{path under processors/: [(line, bracket, name)]}; name is None for #include MACRO."""
    found = {}
    for folder, _, files in os.walk(root):
        for file in sorted(files):
            if file.endswith((".h", ".cc")):
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8") as f:
                    text = COMMENT.sub(lambda m: "\n" * m.group().count("\n"), f.read())
                found[os.path.relpath(path, root)] = [
                    (text.count("\n", 0, m.start()) + 1, m.group(1), m.group(2))
                    for m in INCLUDE.finditer(text)]
    return found


def is_generated(name):
    return name.endswith(".pb.h") or name == "app/version.h"


def is_library(bracket, name, sources):
    """<...> and, as Abseil's and Google's own style has it, "absl/...": not ours by its first folder."""
    if name in sources or is_generated(name):
        return False
    return bracket == "<" or ("/" in name and not name.startswith(".") and name.split("/")[0] not in LAYERS)


def check_own(path, bracket, name, sources):
    """What is wrong with an include of one of our own headers, or None."""
    folder, target = path.split("/")[0], name.split("/")[0]
    if bracket == "<":
        return f'<{name}> is ours: write #include "{name}"'
    if is_generated(name):
        return None
    if name not in sources:
        return (f'"{name}" is not a file under processors/: write own includes from there, as in '
                f'"picture/fold.h", and libraries as <...>')
    if target != folder and target not in LAYERS[folder]:
        allowed = ", ".join(sorted(LAYERS[folder])) or "nothing but itself"
        return f'"{name}": {folder}/ may not include {target}/ (it may include: {allowed})'
    return None


def check_pure(path, sources):
    """Problems of one file of a pure folder: (line, message) for all that it reaches and must not."""
    for line, bracket, name in sources[path]:
        seen, queue = set(), [(bracket, name, [])]
        while queue:
            bracket, name, way = queue.pop()
            if name is None or name in seen:
                continue
            seen.add(name)
            what = why_impure(name) if is_library(bracket, name, sources) else None
            if what:
                through = f" through {' -> '.join(way)}" if way else ""
                yield line, f"<{name}> brings in: {what}{through}; {path.split('/')[0]}/ is a pure function"
            # A pure folder's own headers are reported at their own lines.
            elif name in sources and name.split("/")[0] not in PURE:
                queue += [(b, n, way + [name]) for _, b, n in sources[name]]


def libraries(sources):
    """{library: {folder: (path, line) of its first include}}"""
    table = {}
    for path in sorted(sources):
        for line, bracket, name in sources[path]:
            if name is not None and is_library(bracket, name, sources):
                library = library_of(name)
                if library:
                    table.setdefault(library, {}).setdefault(path.split("/")[0], (path, line))
    return table


def check(root):
    """All problems of the tree below root, as "path:line: message"."""
    sources = read_includes(root)
    if not sources:
        return [f"{root}:1: no sources here; the check has nothing to check"]
    problems = set()

    def problem(path, line, message):
        problems.add((path, line, message))

    for path, includes in sources.items():
        folder = path.split("/")[0]
        if folder not in LAYERS:
            problem(path, 1, f"{folder} is not a folder that the include rule knows: {', '.join(LAYERS)}")
            continue
        for line, bracket, name in includes:
            if name is None:
                problem(path, line, "an #include of a macro cannot be checked")
                continue
            if not is_library(bracket, name, sources):
                message = check_own(path, bracket, name, sources)
                if message:
                    problem(path, line, message)
        if folder in PURE:
            for line, message in check_pure(path, sources):
                problem(path, line, message)

    for library, folders in libraries(sources).items():
        if library in SHARED:
            allowed, _ = SHARED[library]
            for folder in set(folders) - allowed:
                problem(*folders[folder], f"{library} may be included from {', '.join(sorted(allowed))} only")
        elif len(folders) > 1:
            names = " and ".join(f + "/" for f in sorted(folders))
            for path, line in folders.values():
                problem(path, line, f"{library} is included from {names}: a library has one folder")
    return [f"processors/{path}:{line}: {message}" for path, line, message in sorted(problems)]


def print_table(root):
    for library, folders in sorted(libraries(read_includes(root)).items()):
        reason = f"   ({SHARED[library][1]})" if library in SHARED else ""
        print(f"{library:20} {', '.join(sorted(folders))}{reason}")


def self_test():
    good = {
        "base/check.h": '#include <string>\n#include "absl/strings/str_cat.h"\n',
        "intake/decode.cc": '#include "base/check.h"\n#include <simdjson.h>\n'
                            '#include "safety/v1/report.pb.h"\n',
        "intake/locate.cc": "#include <boost/geometry.hpp>\n#include <absl/time/time.h>\n",
        "picture/fold.h": '#include "base/check.h"\n/*\n#include <thread>\n*/\n// #include <random>\n',
        "stream/task.h": '#include "picture/fold.h"\n#include <thread>\n',
        "io/kafka.cc": '#include "stream/task.h"\n#include <librdkafka/rdkafkacpp.h>\n',
        "feeds/polisen.cc": '#include "io/kafka.cc"\n#include <simdjson.h>\n#include <curl/curl.h>\n',
        "board/http.cc": "#include <boost/asio.hpp>\n#include <sys/socket.h>\n",
        "app/main.cc": '#include "feeds/polisen.cc"\n#include <CLI/CLI.hpp>\n',
    }
    # Name -> (files on top of the good ones, what the one message must say).
    bad = {
        "a layer upwards": ({"picture/a.cc": '\n#include "stream/task.h"\n'},
                            "picture/a.cc:2: .*picture/ may not include stream/"),
        "intake and picture": ({"intake/a.cc": '#include "picture/fold.h"\n'}, "intake/ may not include picture/"),
        "base includes only base": ({"base/a.h": '#include "io/kafka.cc"\n'}, "nothing but itself"),
        "feeds and intake": ({"feeds/a.cc": '#include "intake/decode.cc"\n'}, "feeds/ may not include intake/"),
        "a relative include": ({"picture/a.cc": '#include "fold.h"\n'}, '"fold.h" is not a file under'),
        "own header in <>": ({"picture/a.cc": "#include <picture/fold.h>\n"}, 'write #include "picture/fold.h"'),
        "a missing header": ({"io/a.cc": '#include "io/b.h"\n'}, '"io/b.h" is not a file under'),
        "upwards": ({"io/a.cc": '#include "../base/check.h"\n'}, "is not a file under"),
        "a library in quotes in the core": ({"intake/a.cc": '#include "rocksdb/db.h"\n'}, "is a pure function"),
        "a library in quotes elsewhere": ({"io/a.cc": '#include "CLI/CLI.hpp"\n'}, "CLI is included from"),
        "a second folder": ({"board/a.cc": "#include <CLI/CLI.hpp>\n"}, "CLI is included from app/ and board/"),
        "a shared library elsewhere": ({"board/a.cc": "#include <simdjson.h>\n"}, "feeds, intake only"),
        "two boost libraries": ({"io/a.cc": "#include <boost/asio/ip/tcp.hpp>\n"}, "boost/asio is included from"),
        "an unknown folder": ({"util/a.h": "#include <string>\n"}, "util is not a folder"),
        "a macro": ({"io/a.cc": "#include HEADER\n"}, "cannot be checked"),
        "through base": ({"base/clock.h": "#include <chrono>\n", "picture/a.cc": '#include "base/clock.h"\n'},
                         "picture/a.cc:1: <chrono> brings in: clock through base/clock.h"),
    }
    for header in ("chrono", "absl/time/clock.h", "thread", "random", "absl/random/random.h", "fstream",
                   "filesystem", "rocksdb/db.h", "librdkafka/rdkafka.h", "prometheus/counter.h", "curl/curl.h"):
        bad[f"<{header}> in the core"] = ({"picture/a.cc": f"#include <{header}>\n"}, "is a pure function")

    failures = 0
    for name, (extra, expected) in {"a good tree": ({}, None), **bad}.items():
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**good, **extra}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                    f.write(text)
            problems = check(root)
        ok = any(re.search(expected, p) for p in problems) if expected else not problems
        if not ok:
            failures += 1
            print(f"self-test: {name}: expected {expected!r}, got {problems}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as root:
        if not check(root):
            failures += 1
            print("self-test: an empty tree passed", file=sys.stderr)
    print(f"self-test: {len(bad) + 2 - failures} of {len(bad) + 2} cases as expected")
    return 1 if failures else 0


def main(arguments):
    root = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "processors")
    if arguments == ["--self-test"]:
        return self_test()
    if arguments == ["--table"]:
        print_table(root)
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    problems = check(root)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print_table(root)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
