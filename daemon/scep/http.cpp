#include "scep/http.hpp"

#include "base/error.hpp"
#include "scep/transport.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

#include <curl/curl.h>
#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr auto connectTimeout = std::chrono::seconds(15);
constexpr int mostRedirects = 3;

using Clock = std::chrono::steady_clock;

/// What the write callback fills.
struct Sink {
    std::string body;
    std::size_t limit = 0;
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

/// libcurl wants this once, before there are threads that could do the same.
void initialiseLibrary() {
    static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) throw Error(Fault::local, fmt::format("start libcurl: {}", curl_easy_strerror(result)));
}

Fault faultOf(CURLcode code) {
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        return Fault::configuration;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
        return Fault::protocol;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        return Fault::local;
    default:
        return Fault::unreachable;
    }
}

std::string lowerFirst(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

using List = std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })>;

List headers(std::initializer_list<std::string> lines) {
    List list;
    for (const auto& line : lines) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw Error(Fault::local, "write a request: no memory");
        std::ignore = list.release();
        list.reset(longer);
    }
    return list;
}

} // namespace

/// The curl handle and everything that is said with it.
class Http::Handle {
public:
    explicit Handle(const HttpOptions& options)
        : observer_(options.observer), deadline_(Clock::now() + options.timeout), timeout_(options.timeout) {
        initialiseLibrary();
        handle_.reset(curl_easy_init());
        if (!handle_) throw Error(Fault::local, "start libcurl: no memory");
        setOnce(options);
    }

    HttpResponse perform(std::string url, bool isPost, const std::string& contentType, const std::string& body,
                         std::size_t limit) {
        const auto list = isPost ? headers({"Content-Type: " + contentType, "Expect:"}) : headers({"Accept: */*"});
        set(CURLOPT_HTTPHEADER, list.get());
        if (isPost) {
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
            set(CURLOPT_POSTFIELDS, body.data());
        } else {
            set(CURLOPT_HTTPGET, 1L);
        }
        for (int redirects = 0;; ++redirects) {
            auto response = observed(isPost, url, body, limit);
            const auto next = redirectedTo(response.status, isPost);
            if (!next) return response;
            if (redirects == mostRedirects || !mayRedirect(url, *next))
                throw Error(Fault::protocol,
                            fmt::format("{}: redirected to {}, which is not followed", shownUrl(url), shownUrl(*next)));
            url = *next;
        }
    }

    [[nodiscard]] std::optional<Duration> retryAfter() const {
        curl_off_t seconds = 0;
        if (curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
            return std::nullopt;
        constexpr curl_off_t day = 86400;
        return std::chrono::seconds(std::min(seconds, day));
    }

private:
    template <typename Value>
    void set(CURLoption option, Value value) {
        const auto result = curl_easy_setopt(handle_.get(), option, value);
        if (result != CURLE_OK) throw Error(Fault::local, fmt::format("prepare HTTP: {}", curl_easy_strerror(result)));
    }

    void setPath(CURLoption option, const std::optional<std::filesystem::path>& path) {
        if (path) set(option, path->c_str());
    }

    void setOnce(const HttpOptions& options) {
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_USERAGENT, "scepd");
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(connectTimeout).count()));
        set(CURLOPT_WRITEFUNCTION, receive);
        set(CURLOPT_ERRORBUFFER, reason_.data());
        set(CURLOPT_PROXY, options.proxy.value_or("").c_str()); // Empty: none, not the environment's.
        set(CURLOPT_NOPROXY, "");
        if (options.interface) set(CURLOPT_INTERFACE, options.interface->c_str());
        setPath(CURLOPT_CAINFO, options.tlsCaCertificates);
        if (options.tlsCaCertificates) set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        setPath(CURLOPT_SSLCERT, options.tlsClientCertificate);
        setPath(CURLOPT_SSLKEY, options.tlsClientKey);
    }

    HttpResponse observed(bool isPost, const std::string& url, std::string_view sent, std::size_t limit) {
        if (!observer_) return once(url, limit);
        const auto begin = Clock::now();
        const auto tell = [&](const HttpResponse* response, const std::string& failure) {
            observer_({isPost, url, sent, response, failure, std::chrono::ceil<Duration>(Clock::now() - begin)});
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
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
        if (remaining.count() <= 0) throw timedOut(url);
        Sink sink{.body = {}, .limit = limit};
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(remaining.count()));
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_WRITEDATA, &sink);
        reason_[0] = '\0';
        const auto code = curl_easy_perform(handle_.get());
        if (sink.overflown)
            throw Error(Fault::protocol,
                        fmt::format("{}: the answer is larger than {} KiB", shownUrl(url), limit / 1024));
        if (code != CURLE_OK) throw failure(url, code);
        HttpResponse response{.body = std::move(sink.body)};
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &response.status);
        response.contentType = header("Content-Type");
        response.server = header("Server");
        response.date = header("Date");
        return response;
    }

    [[nodiscard]] std::string header(const char* name) const {
        curl_header* found = nullptr;
        const auto result = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found);
        return result == CURLHE_OK ? found->value : std::string();
    }

    Error timedOut(const std::string& url) const {
        return {Fault::unreachable,
                fmt::format("{}: no complete answer within {}", shownUrl(url), humanDuration(timeout_))};
    }

    Error failure(const std::string& url, CURLcode code) const {
        if (code == CURLE_OPERATION_TIMEDOUT && Clock::now() >= deadline_) return timedOut(url);
        long systemCode = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &systemCode);
        std::string reason = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code);
        if (code == CURLE_COULDNT_CONNECT && systemCode != 0)
            reason = std::generic_category().message(static_cast<int>(systemCode));
        return {faultOf(code), fmt::format("{}: {}", shownUrl(url), lowerFirst(reason))};
    }

    /// Where the answer points to. A redirect that would turn a POST into a GET loses the request: it stays an error.
    [[nodiscard]] std::optional<std::string> redirectedTo(long status, bool isPost) const {
        if (isPost && status != 307 && status != 308) return std::nullopt;
        const char* url = nullptr;
        curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &url);
        return url != nullptr ? std::optional<std::string>(url) : std::nullopt;
    }

    std::array<char, CURL_ERROR_SIZE> reason_{};
    std::unique_ptr<CURL, decltype([](CURL* handle) { curl_easy_cleanup(handle); })> handle_;
    HttpObserver observer_;
    Clock::time_point deadline_;
    Duration timeout_;
};

Http::Http(const HttpOptions& options) : handle_(std::make_unique<Handle>(options)) {}

Http::~Http() = default;

HttpResponse Http::get(const std::string& url, std::size_t limit) {
    return handle_->perform(url, false, {}, {}, limit);
}

HttpResponse Http::post(const std::string& url, std::string_view contentType, const std::string& body,
                        std::size_t limit) {
    return handle_->perform(url, true, std::string(contentType), body, limit);
}

std::optional<Duration> Http::retryAfter() const {
    return handle_->retryAfter();
}

} // namespace scepd::scep
