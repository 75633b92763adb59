/* Hashes text, with one function that the compiler is told to inline. */
#include <stdio.h>
#include <string.h>

static inline __attribute__((always_inline)) unsigned mix(unsigned hash, unsigned byte) {
    return (hash ^ byte) * 16777619u;
}

__attribute__((noinline)) unsigned hash(const char *text, int size) {
    unsigned answer = 2166136261u;
    for (int place = 0; place < size; place++) answer = mix(answer, text[place & 63]);
    return answer;
}

int main(void) {
    char text[64];
    unsigned sum = 0;
    memset(text, 7, sizeof text);
    for (int turn = 0; turn < 20000; turn++) {
        text[turn & 63] = (char)turn;
        sum += hash(text, 30000);
    }
    printf("%u\n", sum);
    return 0;
}
