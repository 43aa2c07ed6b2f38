using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

/// <summary>
/// Has the calls of a bot kept alive by the keepalive app, in place of a HeartbeatHandler. One instance serves all calls
/// and may be used from several threads. Both methods may be called at any time and again: a repeat changes nothing.
/// They retry for a quarter of an hour, and report instead of throwing: who calls them is an event handler, as a rule.
/// </summary>
public sealed class CallKeepalive : IDisposable
{
    private const int MostTries = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private readonly HttpClient http;
    private readonly Action<string> report;

    /// <param name="app">The app's address, such as https://my-keepalive.azurewebsites.net.</param>
    /// <param name="functionKey">Its function key: a secret, which is never reported.</param>
    /// <param name="report">Gets one line for what is worth a line in the bot's log.</param>
    public CallKeepalive(Uri app, string functionKey, Action<string> report)
    {
        this.report = report;
        // A redirect would carry the key elsewhere, and the page it leads to looks like a success.
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app, Timeout = Limit };
        http.DefaultRequestHeaders.Add("x-functions-key", functionKey);
    }

    /// <summary>The call is established. True when it is kept alive; false when it is over, or refused for good.</summary>
    /// <param name="startedAt">When the call began, if known: the 45 minutes run from there.</param>
    public async Task<bool> EstablishedAsync(
        string callId, string tenantId, DateTimeOffset? startedAt = null, CancellationToken cancellation = default)
    {
        var registration = new Dictionary<string, string> { ["tenantId"] = tenantId };
        if (startedAt is { } instant) registration["startedAt"] = instant.ToString("O", CultureInfo.InvariantCulture);
        // No JsonContent: it is sent in chunks, and the Functions host hands no such body over.
        var body = JsonSerializer.Serialize(registration);
        var status = await SendAsync(
            callId,
            () => new HttpRequestMessage(HttpMethod.Put, PathOf(callId))
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            },
            cancellation);
        return status is HttpStatusCode.OK or HttpStatusCode.Accepted;
    }

    /// <summary>The call is terminated. Graph's resultInfo, if the bot has it, goes into the record of the call.</summary>
    public async Task TerminatedAsync(
        string callId, int? resultCode = null, int? resultSubcode = null, CancellationToken cancellation = default)
    {
        var code = resultCode is null ? "" : $"&resultCode={resultCode}";
        var subcode = resultSubcode is null ? "" : $"&resultSubcode={resultSubcode}";
        await SendAsync(
            callId,
            () => new HttpRequestMessage(HttpMethod.Delete, $"{PathOf(callId)}?reason=terminated{code}{subcode}"),
            cancellation);
    }

    public void Dispose() => http.Dispose();

    private static string PathOf(string callId) => $"/api/calls/{Uri.EscapeDataString(callId)}";

    /// <summary>Sends until the app has decided → its status; null when it never did, or the caller cancelled.</summary>
    private async Task<HttpStatusCode?> SendAsync(
        string callId, Func<HttpRequestMessage> newRequest, CancellationToken cancellation)
    {
        try
        {
            return await TryAsync(callId, newRequest, cancellation);
        }
        catch (OperationCanceledException)
        {
            report($"Call {callId}: cancelled.");
            return null;
        }
    }

    private async Task<HttpStatusCode?> TryAsync(
        string callId, Func<HttpRequestMessage> newRequest, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            TimeSpan? askedFor = null;
            try
            {
                using var request = newRequest();
                using var response = await http.SendAsync(request, cancellation);
                var body = await response.Content.ReadAsStringAsync(cancellation);
                askedFor = response.Headers.RetryAfter?.Delta;
                if (!MayPass(response.StatusCode, askedFor))
                {
                    report($"Call {callId}: {request.Method} answered {(int)response.StatusCode}. {DetailOf(body)}".TrimEnd());
                    return response.StatusCode;
                }
                problem = $"answered {(int)response.StatusCode}";
            }
            catch (HttpRequestException error)
            {
                problem = error.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = $"did not answer in {Limit.TotalSeconds} s";
            }
            if (attempt == MostTries)
            {
                report($"Call {callId}: given up after {attempt} tries, the last {problem}.");
                return null;
            }
            var wait = askedFor ?? TimeSpan.FromSeconds(Math.Pow(2, Math.Min(attempt - 1, 6)));
            wait = wait < LongestWait ? wait : LongestWait;
            report($"Call {callId}: the keepalive app {problem}; again in {wait.TotalSeconds} s.");
            await Task.Delay(wait, cancellation);
        }
    }

    /// <summary>A conflict passes when the app says when to come again: an earlier run of the call is being cleaned up.</summary>
    private static bool MayPass(HttpStatusCode status, TimeSpan? askedFor) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || (status == HttpStatusCode.Conflict && askedFor is not null);

    /// <summary>What the problem details of the app say. Source: https://www.rfc-editor.org/rfc/rfc9457</summary>
    private static string DetailOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() ?? "" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
