// The amps protocol: the frames that the official clients write.
#include <fstream>

#include "protocols.hpp"

namespace {

std::string frame(const std::string& header, const std::string& body = "") {
    uint32_t size = htonl(uint32_t(header.size() + body.size()));
    return std::string(reinterpret_cast<char*>(&size), 4) + header + body;
}

class Amps : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer& peer) override {
        peer.ask(frame("{\"c\":\"logon\",\"cid\":\"0\",\"client_name\":\"load-" + std::to_string(getpid()) + "-" + std::to_string(peer.number) +
                       "\",\"mt\":\"json\",\"a\":\"processed\",\"version\":\"5.3.5.0:load\"," +
                       "\"o\":\"ack_conflation=" + conflation() + "\"}"),
                 "\"status\":\"success\"");
        rest_of_frame(peer);
    }

    void subscribe(Peer& peer) override {
        if (!options.filters.empty()) {
            std::ifstream lines(options.filters);
            std::string filter;
            for (int number = 0; std::getline(lines, filter); ++number)
                if (number % options.readers == peer.number % options.readers)
                    subscribe(peer, "news", "f" + std::to_string(number), ",\"filter\":\"" + filter + "\"");
        } else if (options.is_queue()) {
            subscribe(peer, "Jobs", "auto1", ",\"o\":\"max_backlog=" + std::to_string(options.backlog) + "\"");
        } else {
            subscribe(peer, "news", "auto1", "");
        }
    }

    void wait_for(Peer& peer, const std::string& topic) override { subscribe(peer, topic, "i" + topic, ""); }

    void publish(Peer& peer, const std::string& body) override {
        char header[96];
        int size = options.is_queue()
                       ? std::snprintf(header, sizeof header, "{\"c\":\"p\",\"t\":\"Jobs\",\"a\":\"persisted\",\"s\":%llu}",
                                       static_cast<unsigned long long>(++peer.published))
                       : std::snprintf(header, sizeof header, "{\"c\":\"p\",\"t\":\"news\"}");
        uint32_t length = htonl(uint32_t(size_t(size) + body.size()));
        peer.out.append(reinterpret_cast<char*>(&length), 4).append(header, size_t(size)).append(body);
    }

    void answers(Peer& peer) override {
        each_frame(peer, [&](std::string_view one) {
            size_t at = one.find("\"s\":");
            if (at == one.npos) return;
            if (one.find("\"status\":\"success\"") == one.npos) fail("a publish failed: " + std::string(one));
            peer.confirmed = std::strtoull(one.data() + at + 4, nullptr, 10);
        });
    }

    void messages(Peer& peer, Counts& counts) override {
        each_frame(peer, [&](std::string_view one) {
            if (one[6] != 'p') return;
            size_t body = one.find('}') + 1;
            counts.delivered(peer, one.data() + body);
            if (!options.is_queue()) return;
            size_t begin = one.find("\"bm\":\"") + 6;
            size_t end = one.find('"', begin);
            if (!peer.pending.empty()) peer.pending += ',';
            peer.pending.append(one.substr(begin, end - begin));
            if (++peer.unacked == uint64_t(options.ack_batch)) {
                peer.out += frame("{\"c\":\"sow_delete\",\"t\":\"Jobs\",\"cid\":\"AMPS-queue-ack\",\"bookmark\":\"" +
                                  peer.pending + "\"}");
                peer.pending.clear();
                peer.unacked = 0;
            }
        });
    }

  private:
    // Persisted acks every 5 ms, or at once where latency counts.
    std::string conflation() const { return options.rate > 0 ? "0ms" : "5ms"; }

    void subscribe(Peer& peer, const std::string& topic, const std::string& id, const std::string& more) {
        peer.ask(frame("{\"c\":\"subscribe\",\"t\":\"" + topic + "\",\"cid\":\"" + id + "\",\"a\":\"processed\",\"sub_id\":\"" +
                       id + "\"" + more + "}"),
                 "\"status\":\"success\"");
        rest_of_frame(peer);
    }

    static void rest_of_frame(Peer& peer) { peer.ask("", "}"); }

    template <typename Each>
    static void each_frame(Peer& peer, Each each) {
        std::string_view data = peer.data();
        size_t at = 0;
        while (data.size() - at >= 4) {
            uint32_t size;
            std::memcpy(&size, data.data() + at, 4);
            size = ntohl(size);
            if (data.size() - at - 4 < size) break;
            each(data.substr(at + 4, size));
            at += 4 + size;
        }
        peer.take(at);
    }
};

}  // namespace

std::unique_ptr<Protocol> make_amps(const Options& options) { return std::make_unique<Amps>(options); }
