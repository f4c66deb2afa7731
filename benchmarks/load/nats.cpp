// NATS; the queue is a JetStream stream with a push consumer that acknowledges up to a message.
#include "protocols.hpp"

namespace {

class Nats : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer& peer) override {
        peer.ask("", "\r\n");
        peer.ask("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\"}\r\nPING\r\n", "PONG\r\n");
        if (!options.is_queue()) return;
        request(peer, "STREAM.CREATE.JOBS",
                "{\"name\":\"JOBS\",\"subjects\":[\"Jobs\"],\"storage\":\"file\"}");
    }

    void prepare(Peer& peer) override {
        if (options.is_queue()) peer.ask("SUB _INBOX.ack 7\r\nPING\r\n", "PONG\r\n");
    }

    void subscribe(Peer& peer) override {
        peer.ask(std::string("SUB ") + (options.is_queue() ? "deliver" : "news") + " 1\r\nPING\r\n", "PONG\r\n");
        if (options.is_queue())
            request(peer, "CONSUMER.DURABLE.CREATE.JOBS.worker",
                    "{\"stream_name\":\"JOBS\",\"config\":{\"durable_name\":\"worker\",\"deliver_subject\":\"deliver\","
                    "\"ack_policy\":\"all\",\"max_ack_pending\":" + std::to_string(options.backlog) + "}}");
    }

    void publish(Peer& peer, const std::string& body) override {
        ++peer.published;
        peer.out += options.is_queue() ? "PUB Jobs _INBOX.ack " : "PUB news ";
        peer.out += std::to_string(body.size());
        peer.out += "\r\n";
        peer.out += body;
        peer.out += "\r\n";
    }

    void answers(Peer& peer) override {
        each_message(peer, [&](std::string_view, std::string_view body) {
            if (body.find("\"error\"") != body.npos) fail("a publish failed: " + std::string(body));
            ++peer.confirmed;
        });
    }

    void messages(Peer& peer, Counts& counts) override {
        each_message(peer, [&](std::string_view head, std::string_view body) {
            counts.delivered(peer, body.data());
            if (!options.is_queue()) return;
            if (++peer.unacked == uint64_t(options.ack_batch)) {
                // MSG subject sid reply size
                size_t begin = head.find(' ', head.find(' ', 4) + 1) + 1;
                std::string reply(head.substr(begin, head.find(' ', begin) - begin));
                peer.out += "PUB " + reply + " 4\r\n+ACK\r\n";
                peer.unacked = 0;
            }
        });
    }

  private:
    static void request(Peer& peer, const std::string& subject, const std::string& body) {
        std::string answer = peer.ask("SUB _INBOX.api 9\r\nPUB $JS.API." + subject + " _INBOX.api " +
                                          std::to_string(body.size()) + "\r\n" + body + "\r\n",
                                      "}\r\n");
        if (answer.find("\"error\"") != answer.npos) fail(answer);
        peer.ask("UNSUB 9\r\nPING\r\n", "PONG\r\n");
    }

    template <typename Each>
    static void each_message(Peer& peer, Each each) {
        while (true) {
            std::string_view data = peer.data();
            size_t line = data.find('\n');
            if (line == data.npos) return;
            if (data[0] == 'M') {
                size_t size_at = data.rfind(' ', line) + 1;
                size_t size = std::strtoull(data.data() + size_at, nullptr, 10);
                if (data.size() < line + 1 + size + 2) return;
                each(data.substr(0, line - 1), data.substr(line + 1, size));
                peer.take(line + 1 + size + 2);
                continue;
            }
            if (data.substr(0, 4) == "PING") peer.out += "PONG\r\n";
            if (data[0] == '-') fail(std::string(data.substr(0, line)));
            peer.take(line + 1);
        }
    }
};

}  // namespace

std::unique_ptr<Protocol> make_nats(const Options& options) { return std::make_unique<Nats>(options); }
