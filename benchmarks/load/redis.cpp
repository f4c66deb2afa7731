// Redis: publish/subscribe, and as a queue a stream with a consumer group.
#include "protocols.hpp"

namespace {

std::string command(std::initializer_list<std::string_view> words) {
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (std::string_view word : words) {
        text += "$" + std::to_string(word.size()) + "\r\n";
        text.append(word).append("\r\n");
    }
    return text;
}

class Redis : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer& peer) override { peer.ask(command({"PING"}), "+PONG\r\n"); }

    void subscribe(Peer& peer) override {
        if (!options.is_queue()) {
            peer.ask(command({"SUBSCRIBE", "news"}), ":1\r\n");
            return;
        }
        peer.ask(command({"XGROUP", "CREATE", "Jobs", "workers", "$", "MKSTREAM"}), "\r\n");
        peer.out += next();
    }

    void publish(Peer& peer, const std::string& body) override {
        ++peer.published;
        peer.out += options.is_queue() ? "*5\r\n$4\r\nXADD\r\n$4\r\nJobs\r\n$1\r\n*\r\n$1\r\nd\r\n$" : "*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n$";
        peer.out += std::to_string(body.size());
        peer.out += "\r\n";
        peer.out += body;
        peer.out += "\r\n";
    }

    // `:1` for a PUBLISH, `$id` in two lines for an XADD.
    void answers(Peer& peer) override {
        std::string_view data = peer.data();
        size_t at = 0;
        while (at < data.size()) {
            size_t line = data.find('\n', at);
            if (line == data.npos) break;
            if (data[at] == '-') fail(std::string(data.substr(at, line - at)));
            if (data[at] == '$') {
                line = data.find('\n', line + 1);
                if (line == data.npos) break;
            }
            ++peer.confirmed;
            at = line + 1;
        }
        peer.take(at);
    }

    void messages(Peer& peer, Counts& counts) override {
        if (options.is_queue()) {
            entries(peer, counts);
            return;
        }
        while (true) {  // *3 $7 message $4 news $size body
            std::string_view data = peer.data();
            size_t at = 0;
            for (int line = 0; line < 5; ++line) {
                at = data.find('\n', at);
                if (at == data.npos) return;
                ++at;
            }
            if (at >= data.size()) return;
            size_t size = std::strtoull(data.data() + at + 1, nullptr, 10);
            size_t body = data.find('\n', at);
            if (body == data.npos || data.size() < body + 1 + size + 2) return;
            counts.delivered(peer, data.data() + body + 1);
            peer.take(body + 1 + size + 2);
        }
    }

  private:
    std::string next() const {
        return command({"XREADGROUP", "GROUP", "workers", "one", "COUNT", std::to_string(options.backlog), "BLOCK", "0",
                        "STREAMS", "Jobs", ">"});
    }

    // An answer is an array of the stream's name and its entries: *2 id, *2 field and value. XACK answers a number.
    void entries(Peer& peer, Counts& counts) {
        std::string_view data = peer.data();
        size_t at = 0;
        while (at < data.size()) {
            if (data[at] == ':') {
                size_t line = data.find('\n', at);
                if (line == data.npos) break;
                at = line + 1;
                continue;
            }
            if (data[at] != '*') fail("unexpected: " + std::string(data.substr(at, 60)));
            if (!whole(data, at, counts, peer)) break;
            std::string ack = "*" + std::to_string(ids_.size() + 3) + "\r\n$4\r\nXACK\r\n$4\r\nJobs\r\n$7\r\nworkers\r\n";
            for (std::string_view id : ids_) ack += "$" + std::to_string(id.size()) + "\r\n" + std::string(id) + "\r\n";
            peer.out += ack + next();
        }
        peer.take(at);
    }

    // Reads one answer of XREADGROUP; false when it is not all here.
    bool whole(std::string_view data, size_t& from, Counts& counts, Peer& peer) {
        size_t at = from;
        std::string_view line;
        auto next_line = [&]() {
            size_t end = data.find('\n', at);
            if (end == data.npos) return false;
            line = data.substr(at, end - at - 1);
            at = end + 1;
            return true;
        };
        auto text = [&](std::string_view& found) {
            if (!next_line()) return false;
            size_t size = std::strtoull(line.data() + 1, nullptr, 10);
            if (data.size() - at < size + 2) return false;
            found = data.substr(at, size);
            at += size + 2;
            return true;
        };
        std::string_view word;
        if (!next_line() || !next_line() || !text(word) || !next_line()) return false;
        size_t total = std::strtoull(line.data() + 1, nullptr, 10);
        ids_.clear();
        bodies_.clear();
        for (size_t number = 0; number < total; ++number) {
            std::string_view id, field, value;
            if (!next_line() || !text(id) || !next_line() || !text(field) || !text(value)) return false;
            ids_.push_back(id);
            bodies_.push_back(value.data());
        }
        for (const char* body : bodies_) counts.delivered(peer, body);
        from = at;
        return true;
    }

    std::vector<std::string_view> ids_;
    std::vector<const char*> bodies_;
};

}  // namespace

std::unique_ptr<Protocol> make_redis(const Options& options) { return std::make_unique<Redis>(options); }
