#include "app/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <sstream>

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

// Hears where a document begins.
class Listener : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  int line = 0;
};

// The line of the second document; 0: there is none. Not by LoadAll: on some texts that are not
// YAML it finds empty documents without end.
int SecondDocument(std::string_view text) {
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  Listener first, second;
  return parser.HandleNextDocument(first) && parser.HandleNextDocument(second) ? second.line : 0;
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
    if (const int line = SecondDocument(text); line > 0) {
      return InvalidArgument(Where{name, line}.Text() +
                             ": a second YAML document begins here; one a file is allowed");
    }
    const YAML::Node document = YAML::Load(std::string(text));
    Yaml root;
    int budget = kNodesMax;
    if (!Convert(document, root, budget)) {
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
