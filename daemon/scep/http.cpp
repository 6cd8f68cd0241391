#include "scep/http.hpp"

#include "base/error.hpp"
#include "crypto/text.hpp"
#include "scep/transport.hpp"
#include "scep/trouble.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <curl/curl.h>
#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr auto connectTimeout = std::chrono::seconds(15);
constexpr int mostRedirects = 3;
constexpr long mostLogins = 4; // NTLM takes three requests.
constexpr std::size_t largestHeaders = 64UL * 1024UL;

using Clock = std::chrono::steady_clock;

/// What the callbacks fill.
struct Sink {
    std::string body;
    std::size_t limit = 0, headers = 0;
    bool overflown = false;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* target) noexcept {
    auto& sink = *static_cast<Sink*>(target);
    const auto length = size * count;
    if (length > sink.limit - sink.body.size()) {
        sink.overflown = true;
        return 0;
    }
    try {
        sink.body.append(data, length);
    } catch (const std::bad_alloc&) {
        return 0;
    }
    return length;
}

std::size_t countHeader(char* /*data*/, std::size_t size, std::size_t count, void* target) noexcept {
    auto& sink = *static_cast<Sink*>(target);
    sink.headers += size * count;
    return sink.headers <= largestHeaders ? size * count : 0;
}

/// libcurl wants this once, before there are threads that could do the same.
void initialiseLibrary() {
    static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) throw Error(Fault::local, fmt::format("start libcurl: {}", curl_easy_strerror(result)));
}

Trouble troubleOf(CURLcode code, const std::string& url, bool answered) {
    switch (code) {
    case CURLE_URL_MALFORMAT:
        return Trouble::address;
    case CURLE_UNSUPPORTED_PROTOCOL: // Also another version of HTTP.
        return url.starts_with("http") ? Trouble::noHttp : Trouble::address;
    case CURLE_COULDNT_RESOLVE_HOST:
        return Trouble::name;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return Trouble::proxyName;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
        return Trouble::connection;
    case CURLE_INTERFACE_FAILED:
        return Trouble::interface;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return answered ? Trouble::broken : Trouble::dropped;
    case CURLE_TOO_MANY_REDIRECTS:
        return Trouble::login;
    case CURLE_SSL_CACERT_BADFILE:
        return Trouble::caFile;
    case CURLE_SSL_CERTPROBLEM:
        return Trouble::clientFile;
    case CURLE_PEER_FAILED_VERIFICATION:
        return Trouble::serverUnsure;
    case CURLE_SSL_CONNECT_ERROR:
        return Trouble::tls;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_WRITE_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
        return Trouble::noHttp;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        return Trouble::local;
    default:
        return Trouble::broken;
    }
}

using List = std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })>;

List postHeaders(const std::string& contentType) {
    List list(curl_slist_append(nullptr, ("Content-Type: " + contentType).c_str()));
    if (!list || curl_slist_append(list.get(), "Expect:") == nullptr)
        throw Error(Fault::local, "write a request: no memory");
    return list;
}

/// One request as it is written.
struct Request {
    bool isPost = false;
    bool once = false; ///< Over a connection of its own.
    std::string contentType{};
    std::string_view body{};
};

} // namespace

/// The curl handle and everything that is said with it.
class Http::Handle {
public:
    explicit Handle(const HttpOptions& options) : options_(options), deadline_(Clock::now() + options.timeout) {
        initialiseLibrary();
        handle_.reset(curl_easy_init());
        if (!handle_) throw Error(Fault::local, "start libcurl: no memory");
        setOnce();
    }

    /// Who wants to know who we are gets our name by NTLM or, in private, as it is; libcurl would rather choose
    /// Negotiate where that is offered too, and end there without a ticket.
    HttpResponse performAs(const Request& request, const std::string& url, std::size_t limit) {
        if (!options_.login) return perform(request, url, limit);
        set(CURLOPT_HTTPAUTH,
            static_cast<long>(url.starts_with("https://") ? CURLAUTH_NTLM | CURLAUTH_BASIC : CURLAUTH_NTLM));
        auto response = perform(request, url, limit);
        long offered = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_HTTPAUTH_AVAIL, &offered);
        if (response.status != 401 || (static_cast<unsigned long>(offered) & CURLAUTH_NEGOTIATE) == 0) return response;
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_NEGOTIATE));
        return perform(request, url, limit);
    }

    [[nodiscard]] std::optional<Duration> retryAfter() const {
        curl_off_t seconds = 0;
        if (curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
            return std::nullopt;
        constexpr curl_off_t day = 86400;
        return std::chrono::seconds(std::min(seconds, day));
    }

    [[nodiscard]] bool wasDropped() const { return dropped_; }

private:
    template <typename Value>
    void set(CURLoption option, Value value) {
        const auto result = curl_easy_setopt(handle_.get(), option, value);
        if (result != CURLE_OK) throw Error(Fault::local, fmt::format("prepare HTTP: {}", curl_easy_strerror(result)));
    }

    void setPath(CURLoption option, const std::optional<std::filesystem::path>& path) {
        if (path) set(option, path->c_str());
    }

    void setOnce() {
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_QUICK_EXIT, 1L); // Or a resolver that hangs would be waited for beyond every timeout.
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_HTTP09_ALLOWED, 0L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_USERAGENT, "scepd");
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(connectTimeout).count()));
        set(CURLOPT_WRITEFUNCTION, receive);
        set(CURLOPT_HEADERFUNCTION, countHeader);
        set(CURLOPT_ERRORBUFFER, reason_.data());
        set(CURLOPT_PROXY, options_.proxy.value_or("").c_str()); // Empty: none, not the environment's.
        set(CURLOPT_NOPROXY, "");
        if (options_.interface) set(CURLOPT_INTERFACE, ("if!" + *options_.interface).c_str());
        setPath(CURLOPT_CAINFO, options_.tlsCaCertificates);
        if (options_.tlsCaCertificates) set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        setPath(CURLOPT_SSLCERT, options_.tlsClientCertificate);
        setPath(CURLOPT_SSLKEY, options_.tlsClientKey);
        if (!options_.login) return;
        set(CURLOPT_MAXREDIRS, mostLogins); // So libcurl counts them.
        set(CURLOPT_USERNAME, options_.login->username.c_str());
        set(CURLOPT_PASSWORD, options_.login->password.reveal().data()); // Ends with a zero, as a std::string does.
    }

    HttpResponse perform(const Request& request, std::string url, std::size_t limit) {
        constexpr std::size_t longestUrl = 200; // Of what the server writes.
        const auto list = request.isPost ? postHeaders(request.contentType) : List();
        set(CURLOPT_HTTPHEADER, list.get());
        set(CURLOPT_FRESH_CONNECT, request.once ? 1L : 0L);
        if (request.isPost) {
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            set(CURLOPT_POSTFIELDS, request.body.data());
        } else {
            set(CURLOPT_HTTPGET, 1L);
        }
        for (int redirects = 0;; ++redirects) {
            auto response = observed(request, url, limit);
            const auto next = redirectedTo(response.status, request.isPost);
            if (!next) return response;
            if (redirects == mostRedirects || !mayRedirect(url, *next))
                throw Error(Code::redirected, fmt::format("{}: redirected to {}, which is not followed", shownUrl(url),
                                                          crypto::printable(shownUrl(*next), longestUrl)));
            url = *next;
        }
    }

    HttpResponse observed(const Request& request, const std::string& url, std::size_t limit) {
        if (!options_.observer) return once(url, limit);
        const auto begin = Clock::now();
        const auto tell = [&](const HttpResponse* response, const std::string& failure) {
            options_.observer({request.isPost, url, request.body, response, failure,
                               std::chrono::ceil<Duration>(Clock::now() - begin)});
        };
        try {
            const auto response = once(url, limit);
            tell(&response, {});
            return response;
        } catch (const Error& error) {
            tell(nullptr, error.what());
            throw;
        }
    }

    HttpResponse once(const std::string& url, std::size_t limit) {
        constexpr std::size_t usual = 64UL * 1024UL; // So that an answer with a challenge is not copied while it grows.
        dropped_ = false;
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
        if (remaining.count() <= 0) throw timedOut(url);
        Sink sink{.body = {}, .limit = limit};
        sink.body.reserve(std::min(limit, usual));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(remaining.count()));
        set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limit));
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_WRITEDATA, &sink);
        set(CURLOPT_HEADERDATA, &sink);
        reason_[0] = '\0';
        const auto code = curl_easy_perform(handle_.get());
        if (sink.overflown || code == CURLE_FILESIZE_EXCEEDED) throw tooLarge(url, "answer", limit);
        if (sink.headers > largestHeaders) throw tooLarge(url, "answer's header", largestHeaders);
        if (code != CURLE_OK) throw failure(url, code, sink.headers > 0);
        HttpResponse response{.body = std::move(sink.body)};
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &response.status);
        response.contentType = header("Content-Type");
        response.server = header("Server");
        response.date = header("Date");
        return response;
    }

    static Error tooLarge(const std::string& url, const char* what, std::size_t limit) {
        return {Code::tooLarge, fmt::format("{}: the {} is larger than {} KiB", shownUrl(url), what, limit / 1024)};
    }

    [[nodiscard]] std::string header(const char* name) const {
        curl_header* found = nullptr;
        const auto result = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found);
        return result == CURLHE_OK ? found->value : std::string();
    }

    Error timedOut(const std::string& url) const {
        return {Code::timedOut,
                fmt::format("{}: no complete answer within {}", shownUrl(url), humanDuration(options_.timeout))};
    }

    Error failure(const std::string& url, CURLcode code, bool answered) {
        long systemCode = 0;
        double connected = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &systemCode);
        curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME, &connected);
        const bool outOfTime = connected > 0 || deadline_ - Clock::now() < std::chrono::seconds(1);
        if (code == CURLE_OPERATION_TIMEDOUT && outOfTime) return timedOut(url);
        std::string reason = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code);
        if (code == CURLE_COULDNT_CONNECT && systemCode != 0)
            reason = std::generic_category().message(static_cast<int>(systemCode));
        if (code == CURLE_OPERATION_TIMEDOUT) reason = "no connection within " + humanDuration(connectTimeout);
        // What libcurl also calls a line of the header that is longer than it takes.
        auto trouble = code == CURLE_OUT_OF_MEMORY && connected > 0 ? Trouble::noHttp : troubleOf(code, url, answered);
        if (reason.contains("HTTP/0.9")) trouble = Trouble::noHeader;
        if (reason.contains("alert")) trouble = Trouble::tls; // In TLS 1.3 it comes only with the answer.
        dropped_ = trouble == Trouble::dropped;
        return errorOf(trouble, shownUrl(url), reason, options_);
    }

    /// Where the answer points to. A redirect that would turn a POST into a GET loses the request: it stays an error.
    [[nodiscard]] std::optional<std::string> redirectedTo(long status, bool isPost) const {
        if (isPost && status != 307 && status != 308) return std::nullopt;
        const char* url = nullptr;
        curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &url);
        return url != nullptr ? std::optional<std::string>(url) : std::nullopt;
    }

    std::array<char, CURL_ERROR_SIZE> reason_{};
    HttpOptions options_;
    std::unique_ptr<CURL, decltype([](CURL* handle) { curl_easy_cleanup(handle); })> handle_;
    Clock::time_point deadline_;
    bool dropped_ = false;
};

Http::Http(const HttpOptions& options) : handle_(std::make_unique<Handle>(options)) {}

Http::~Http() = default;

HttpResponse Http::get(const std::string& url, std::size_t limit) {
    return handle_->performAs({}, url, limit);
}

HttpResponse Http::getOnce(const std::string& url, std::size_t limit) {
    return handle_->performAs({.once = true}, url, limit);
}

HttpResponse Http::post(const std::string& url, std::string_view contentType, const std::string& body,
                        std::size_t limit) {
    return handle_->performAs({.isPost = true, .once = true, .contentType = std::string(contentType), .body = body},
                              url, limit);
}

std::optional<Duration> Http::retryAfter() const {
    return handle_->retryAfter();
}

bool Http::wasDropped() const {
    return handle_->wasDropped();
}

} // namespace scepd::scep
