#include "wire/base64_block.hpp"

namespace hazard::wire {

const std::vector<NamedBase64Block>& base64_blocks() {
  static const std::vector<NamedBase64Block> kBlocks{{"scalar", nullptr}};
  return kBlocks;
}

}  // namespace hazard::wire
