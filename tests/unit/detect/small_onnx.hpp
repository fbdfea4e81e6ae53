// A small ONNX detector (1, 6, 84) for the loader's tests, encoded by hand so that no ONNX package is needed. Like the graphs
// of small_graph.hpp its scores are the mean red of the picture; two boxes of two classes.
// Field numbers: onnx.proto3 of the ONNX project (ModelProto, GraphProto, NodeProto, TensorProto, AttributeProto).
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hazard::detect {

class Protobuf {
 public:
  Protobuf& number(unsigned field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }
  Protobuf& bytes(unsigned field, std::string_view value) {
    varint(field << 3U | 2U);
    varint(value.size());
    out_ += value;
    return *this;
  }
  const std::string& str() const noexcept { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

namespace small_onnx_parts {

inline std::string tensor(std::string_view name, const std::vector<std::uint64_t>& shape, const std::vector<float>& values) {
  Protobuf out;
  for (const std::uint64_t side : shape) out.number(1, side);
  std::string raw;
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) raw += static_cast<char>(bits >> shift & 0xFFU);
  }
  return out.number(2, 1).bytes(8, name).bytes(9, raw).str();
}

inline std::string value_info(std::string_view name, const std::vector<std::uint64_t>& shape) {
  Protobuf dimensions;
  for (const std::uint64_t side : shape) dimensions.bytes(1, Protobuf().number(1, side).str());
  const std::string type = Protobuf().bytes(1, Protobuf().number(1, 1).bytes(2, dimensions.str()).str()).str();
  return Protobuf().bytes(1, name).bytes(2, type).str();
}

inline std::string node(std::string_view op, const std::vector<std::string>& inputs, std::string_view output,
                        std::string_view attribute = "") {
  Protobuf out;
  for (const auto& input : inputs) out.bytes(1, input);
  out.bytes(2, output).bytes(4, op);
  if (!attribute.empty()) out.bytes(5, attribute);
  return out.str();
}

}  // namespace small_onnx_parts

// `names`: the text exporters put under the metadata key "names"; empty: none.
inline std::string small_onnx(std::string_view names) {
  using namespace small_onnx_parts;
  std::vector<float> fixed(6 * 84);
  std::vector<float> scored(6 * 84);
  for (std::size_t i = 0; i < 2; ++i) {
    fixed[i] = 8 + 16 * static_cast<float>(i);
    fixed[84 + i] = fixed[2 * 84 + i] = fixed[3 * 84 + i] = 8;
    scored[(4 + i) * 84 + i] = 1;
  }
  // AttributeProto: name, ints, type INTS.
  const std::string kernel = Protobuf().bytes(1, "kernel_shape").number(8, 64).number(8, 64).number(20, 7).str();
  Protobuf graph;
  graph.bytes(1, node("AveragePool", {"images"}, "means", kernel))
      .bytes(1, node("Reshape", {"means", "flat"}, "row"))
      .bytes(1, node("MatMul", {"row", "red"}, "score"))
      .bytes(1, node("Mul", {"scored", "score"}, "scores"))
      .bytes(1, node("Add", {"fixed", "scores"}, "output0"))
      .bytes(2, "small")
      .bytes(5, tensor("red", {3, 1}, {1, 0, 0}))
      .bytes(5, tensor("scored", {1, 6, 84}, scored))
      .bytes(5, tensor("fixed", {1, 6, 84}, fixed));
  std::string flat;  // int64 1, 3
  for (const std::string_view byte : {"\x01", "\x03"}) flat += std::string(byte) + std::string(7, '\0');
  graph.bytes(5, Protobuf().number(1, 2).number(2, 7).bytes(8, "flat").bytes(9, flat).str())
      .bytes(11, value_info("images", {1, 3, 64, 64}))
      .bytes(12, value_info("output0", {1, 6, 84}));
  Protobuf model;
  model.number(1, 8).bytes(7, graph.str()).bytes(8, Protobuf().bytes(1, "").number(2, 13).str());
  if (!names.empty()) model.bytes(14, Protobuf().bytes(1, "names").bytes(2, names).str());
  return model.str();
}

}  // namespace hazard::detect
