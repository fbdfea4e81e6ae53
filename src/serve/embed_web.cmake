# Writes OUTPUT, a C++ file that holds the bytes of FILES (paths relative to ROOT) for serve/static_files.
set(arrays "")
set(entries "")
set(index 0)
foreach(name IN LISTS FILES)
  file(READ ${ROOT}/${name} hex HEX)
  file(SHA256 ${ROOT}/${name} digest)
  string(SUBSTRING ${digest} 0 16 tag)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(APPEND arrays "constexpr char kFile${index}[] =\n\"${escaped}\";\n")
  string(APPEND entries "    {\"/${name}\", \"${tag}\", std::string_view(kFile${index}, ${size})},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT}.new "// Made by embed_web.cmake from the folder web/.
#include \"serve/static_files.hpp\"

#include <array>

namespace hazard::serve {
namespace {

${arrays}
constexpr std::array<EmbeddedFile, ${index}> kFiles{{
${entries}}};

}  // namespace

std::span<const EmbeddedFile> embedded_web() noexcept { return kFiles; }

}  // namespace hazard::serve
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
