# Writes the schema documents into a C++ file, so that the binary carries them:
#   cmake -DOUTPUT=embedded_schemas.cpp -DSCHEMAS=a.yaml,b.yaml -P embed.cmake
string(REPLACE "," ";" files "${SCHEMAS}")
set(code "// Made by lib/codec/embed.cmake from schemas/*.yaml.\n#include \"codec/schema.hpp\"\n\n")
string(APPEND code "namespace crm::codec {\n\nconst std::vector<Embedded>& embedded_schemas() {\n")
string(APPEND code "  static const std::vector<Embedded> schemas{\n")
foreach(file IN LISTS files)
  get_filename_component(type "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND code "      {\"${type}\", R\"crm_schema(${text})crm_schema\"},\n")
endforeach()
string(APPEND code "  };\n  return schemas;\n}\n\n} // namespace crm::codec\n")
file(WRITE "${OUTPUT}" "${code}")
