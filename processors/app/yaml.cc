#include "app/yaml.h"

#include <yaml-cpp/yaml.h>

#include <cctype>

namespace lagesbild::app {
namespace {

constexpr int kNodesMax = 100'000;

// False: more than kNodesMax nodes.
bool Convert(const YAML::Node& from, Yaml& to, int& budget) {
  if (--budget < 0) return false;
  to.line = from.Mark().line + 1;
  if (from.IsScalar()) {
    to.kind = Yaml::Kind::kScalar;
    to.text = from.Scalar();
  } else if (from.IsSequence()) {
    to.kind = Yaml::Kind::kList;
    for (const YAML::Node& item : from) {
      if (!Convert(item, to.children.emplace_back(), budget)) return false;
    }
  } else if (from.IsMap()) {
    to.kind = Yaml::Kind::kMap;
    for (const auto& entry : from) {
      Yaml& child = to.children.emplace_back();
      if (!Convert(entry.second, child, budget)) return false;
      child.key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
      child.key_line = entry.first.Mark().line + 1;
    }
  }
  return true;
}

bool IsPlain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text == "~" || text == "null")
    return false;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 && !std::isalnum(u) &&
        std::string_view("._-/+ @").find(c) == std::string_view::npos)
      return false;
  }
  const char first = text.front();
  return first != '-' && first != '@';
}

}  // namespace

const Yaml* Yaml::Find(std::string_view name) const {
  for (const Yaml& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

Yaml Yaml::Scalar(std::string text) {
  Yaml node;
  node.kind = Kind::kScalar;
  node.text = std::move(text);
  return node;
}

std::string_view KindText(Yaml::Kind kind) {
  switch (kind) {
    case Yaml::Kind::kNull:
      return "nothing";
    case Yaml::Kind::kScalar:
      return "a single value";
    case Yaml::Kind::kList:
      return "a list";
    case Yaml::Kind::kMap:
      return "a map";
  }
  return "";
}

StatusOr<Yaml> ParseYaml(std::string_view text, const std::string& name) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return Yaml{};
    if (documents.size() > 1) {
      return InvalidArgument(Where{name, documents[1].Mark().line + 1}.Text() +
                             ": a second YAML document begins here; one a file is allowed");
    }
    Yaml root;
    int budget = kNodesMax;
    if (!Convert(documents[0], root, budget)) {
      return InvalidArgument(name + ": more than " + std::to_string(kNodesMax) + " values");
    }
    return root;
  } catch (const YAML::Exception& e) {
    return InvalidArgument(Where{name, e.mark.line + 1}.Text() + ": not YAML: " + e.msg);
  }
}

std::string FlowScalar(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string FlowYaml(const Yaml& node) {
  const bool map = node.kind == Yaml::Kind::kMap;
  if (node.kind == Yaml::Kind::kNull) return "null";
  if (node.kind == Yaml::Kind::kScalar) return FlowScalar(node.text);
  std::string out(1, map ? '{' : '[');
  for (const Yaml& child : node.children) {
    if (out.size() > 1) out += ", ";
    if (map) out += FlowScalar(child.key) + ": ";
    out += FlowYaml(child);
  }
  return out + (map ? '}' : ']');
}

}  // namespace lagesbild::app
