// AMQP 0-9-1, as much of it as publishing with confirms and consuming take.
#include "protocols.hpp"

namespace {

std::string number(uint64_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += char(value >> shift);
    return text;
}

uint64_t number_at(const char* data, int bytes) {
    uint64_t value = 0;
    for (int at = 0; at < bytes; ++at) value = value << 8 | uint8_t(data[at]);
    return value;
}

std::string short_text(const std::string& text) { return number(text.size(), 1) + text; }

std::string frame(int type, int channel, const std::string& payload) {
    return number(uint64_t(type), 1) + number(uint64_t(channel), 2) + number(payload.size(), 4) + payload + "\xce";
}

std::string method(int channel, int cls, int id, const std::string& arguments = "") {
    return frame(1, channel, number(uint64_t(cls), 2) + number(uint64_t(id), 2) + arguments);
}

class Amqp : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer& peer) override {
        peer.out += std::string("AMQP\0\0\x09\x01", 8);
        wait(peer, 10, 10);
        std::string login("\0guest\0guest", 12);
        peer.out += method(0, 10, 11, number(0, 4) + short_text("PLAIN") + number(login.size(), 4) + login + short_text("en_US"));
        wait(peer, 10, 30);
        peer.out += method(0, 10, 31, number(1, 2) + number(131072, 4) + number(0, 2));
        peer.out += method(0, 10, 40, short_text("/") + std::string(2, '\0'));
        wait(peer, 10, 41);
        peer.out += method(1, 20, 10, std::string(1, '\0'));
        wait(peer, 20, 11);
        if (!options.is_queue()) {
            peer.out += method(1, 40, 10, number(0, 2) + short_text("news") + short_text("fanout") + std::string(1, '\0') + number(0, 4));
            wait(peer, 40, 11);
        }
    }

    void prepare(Peer& peer) override {
        if (!options.is_queue()) return;
        declare(peer, "Jobs", 2);
        peer.out += method(1, 85, 10, std::string(1, '\0'));
        wait(peer, 85, 11);
    }

    void subscribe(Peer& peer) override {
        std::string queue = options.is_queue() ? "Jobs" : "reader" + std::to_string(peer.number);
        declare(peer, queue, options.is_queue() ? 2 : 8);
        if (options.is_queue()) {
            peer.out += method(1, 60, 10, number(0, 4) + number(uint64_t(options.backlog), 2) + std::string(1, '\0'));
            wait(peer, 60, 11);
        } else {
            peer.out += method(1, 50, 20, number(0, 2) + short_text(queue) + short_text("news") + short_text("") + std::string(1, '\0') + number(0, 4));
            wait(peer, 50, 21);
        }
        std::string no_ack(1, options.is_queue() ? '\0' : '\2');
        peer.out += method(1, 60, 20, number(0, 2) + short_text(queue) + short_text("c") + no_ack + number(0, 4));
        wait(peer, 60, 21);
    }

    void publish(Peer& peer, const std::string& body) override {
        if (head_.empty())
            head_ = method(1, 60, 40, number(0, 2) + short_text(options.is_queue() ? "" : "news") +
                                          short_text(options.is_queue() ? "Jobs" : "") + std::string(1, '\0')) +
                    frame(2, 1, number(60, 2) + number(0, 2) + number(body.size(), 8) + number(0x1000, 2) +
                                    std::string(1, options.is_queue() ? '\2' : '\1'));
        peer.out += head_;
        peer.out += frame(3, 1, body);
        ++peer.published;
    }

    void answers(Peer& peer) override {
        each_frame(peer, [&](int type, std::string_view payload) {
            if (type != 1 || number_at(payload.data(), 4) != 0x3c0050) return;
            uint64_t tag = number_at(payload.data() + 4, 8);
            if (payload[12] || tag > peer.confirmed) peer.confirmed = tag;
        });
    }

    void messages(Peer& peer, Counts& counts) override {
        each_frame(peer, [&](int type, std::string_view payload) {
            if (type == 1 && number_at(payload.data(), 4) == 0x3c003c)
                tag_ = number_at(payload.data() + 5 + uint8_t(payload[4]), 8);
            if (type != 3) return;
            counts.delivered(peer, payload.data());
            if (options.is_queue() && ++peer.unacked == uint64_t(options.ack_batch)) {
                peer.out += method(1, 60, 80, number(tag_, 8) + std::string(1, '\1'));
                peer.unacked = 0;
            }
        });
    }

  private:
    void declare(Peer& peer, const std::string& queue, int flags) {
        peer.out += method(1, 50, 10, number(0, 2) + short_text(queue) + std::string(1, char(flags)) + number(0, 4));
        wait(peer, 50, 11);
    }

    void wait(Peer& peer, int cls, int id) {
        peer.flush();
        bool is_here = false;
        while (!is_here) {
            peer.read();
            each_frame(peer, [&](int type, std::string_view payload) {
                if (type == 1 && number_at(payload.data(), 2) == uint64_t(cls) && number_at(payload.data() + 2, 2) == uint64_t(id)) is_here = true;
            });
        }
    }

    template <typename Each>
    static void each_frame(Peer& peer, Each each) {
        std::string_view data = peer.data();
        size_t at = 0;
        while (data.size() - at >= 8) {
            size_t size = number_at(data.data() + at + 3, 4);
            if (data.size() - at < size + 8) break;
            each(data[at], data.substr(at + 7, size));
            at += size + 8;
        }
        peer.take(at);
    }

    std::string head_;
    uint64_t tag_ = 0;
};

}  // namespace

std::unique_ptr<Protocol> make_amqp(const Options& options) { return std::make_unique<Amqp>(options); }
