#include "fuzz/names_pool.hpp"

#include "fuzz/harness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string_view>

#include <openssl/crypto.h>

namespace scepd::fuzz {
namespace {

union Slot {
    Slot* nextFree;
    std::array<char, 64> text;
};

std::array<Slot, 4096> slots;
Slot* firstFree = nullptr;

void putBack(Slot* slot) {
    slot->nextFree = firstFree;
    firstFree = slot;
}

bool isSlot(const void* memory) {
    const std::less<const void*> before;
    return !before(memory, slots.data()) && before(memory, slots.data() + slots.size());
}

/// OpenSSL gives the name of its source file, the same pointer every time.
bool isForNames(const char* file) {
    static const char* found = nullptr;
    if (found == nullptr && file != nullptr && std::string_view(file).ends_with("crypto/core_namemap.c")) found = file;
    return file == found && file != nullptr;
}

void* allocate(std::size_t size, const char* file, int /*line*/) {
    if (!isForNames(file) || size > sizeof(Slot) || firstFree == nullptr) return std::malloc(size);
    auto* slot = firstFree;
    firstFree = slot->nextFree;
    return slot->text.data();
}

void release(void* memory, const char* /*file*/, int /*line*/) {
    if (isSlot(memory))
        putBack(static_cast<Slot*>(memory));
    else
        std::free(memory);
}

void* resize(void* memory, std::size_t size, const char* file, int line) {
    if (!isSlot(memory)) return std::realloc(memory, size);
    void* larger = allocate(size, nullptr, 0);
    if (larger == nullptr) return nullptr;
    std::memcpy(larger, memory, std::min(size, sizeof(Slot)));
    release(memory, file, line);
    return larger;
}

} // namespace

void poolNamesOfAlgorithms() {
    for (auto& slot : slots)
        putBack(&slot);
    require(CRYPTO_set_mem_functions(allocate, resize, release) == 1, "OpenSSL has allocated nothing yet");
}

} // namespace scepd::fuzz
