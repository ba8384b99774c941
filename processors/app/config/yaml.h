// YAML as a plain tree with line numbers. The only file that includes yaml-cpp is yaml.cc.
// In: the text of a file or of one value; out: Yaml, or InvalidArgument "name:line: what".
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config/diagnostics.h"
#include "base/status.h"

namespace lagesbild::app {

struct Yaml {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  int line = 0;      // 1 is the first; 0: not from a file
  std::string text;  // of a scalar
  std::string key;   // this node's key, if it stands in a map
  int key_line = 0;
  std::vector<Yaml>
      children;  // of a list, or of a map, in the order of the file, duplicate keys kept

  const Yaml* Find(std::string_view name) const;  // null: no such key
  static Yaml Scalar(std::string text);
};

// What to call a kind in an error: "a list", "a map", …
std::string_view KindText(Yaml::Kind kind);

// One document; an empty text is kNull. At most 100,000 nodes (anchors are counted as often as they
// are used).
StatusOr<Yaml> ParseYaml(std::string_view text, const std::string& name);

// The node as one line of flow YAML: `[1h, 6h]`, `{id: code5}`; scalars are quoted where they have
// to be.
std::string FlowYaml(const Yaml& node);
std::string FlowScalar(std::string_view text);

}  // namespace lagesbild::app
