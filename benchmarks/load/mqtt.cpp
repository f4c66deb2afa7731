// MQTT 3.1.1 at quality of service 0.
#include "protocols.hpp"

namespace {

std::string packet(int type, const std::string& content) {
    std::string text(1, char(type));
    size_t rest = content.size();
    do {
        text += char(rest % 128 | (rest >= 128 ? 128 : 0));
        rest /= 128;
    } while (rest);
    return text + content;
}

std::string text(const std::string& word) { return std::string{char(word.size() >> 8), char(word.size())} + word; }

class Mqtt : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer& peer) override {
        peer.ask(packet(0x10, text("MQTT") + std::string("\x04\x02\x00\x00", 4) + text("load" + std::to_string(peer.number))),
                 std::string("\x20\x02\x00\x00", 4));
    }

    void subscribe(Peer& peer) override {
        peer.ask(packet(0x82, std::string("\x00\x01", 2) + text("news") + std::string(1, '\0')), std::string("\x90\x03\x00\x01\x00", 5));
    }

    void publish(Peer& peer, const std::string& body) override {
        ++peer.published;
        peer.out += packet(0x30, text("news") + body);
    }

    void answers(Peer& peer) override { peer.take(peer.data().size()); }

    void messages(Peer& peer, Counts& counts) override {
        std::string_view data = peer.data();
        size_t at = 0;
        while (data.size() - at >= 2) {
            size_t size = 0, head = 1;
            int shift = 0;
            while (at + head < data.size()) {
                uint8_t one = uint8_t(data[at + head++]);
                size |= size_t(one & 127) << shift;
                shift += 7;
                if (!(one & 128)) break;
            }
            if (data.size() - at < head + size) break;
            if ((data[at] & 0xf0) == 0x30) counts.delivered(peer, data.data() + at + head + 6);
            at += head + size;
        }
        peer.take(at);
    }
};

}  // namespace

std::unique_ptr<Protocol> make_mqtt(const Options& options) { return std::make_unique<Mqtt>(options); }
