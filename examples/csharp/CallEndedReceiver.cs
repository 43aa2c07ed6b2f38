using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

/// <summary>Receives `call.ended`: verifies its signature, and takes each message once.</summary>
internal static class CallEndedReceiver
{
    public static async Task RunAsync(string port, string secret)
    {
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        Console.WriteLine("The receiver listens.");
        var seen = new HashSet<string>();
        while (true)
        {
            var context = await listener.GetContextAsync();
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            var headers = context.Request.Headers;
            var genuine = IsGenuine(secret, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body);
            if (genuine && seen.Add(headers["webhook-id"]!))
            {
                using var message = JsonDocument.Parse(body);
                var data = message.RootElement.GetProperty("data");
                Console.WriteLine($"call {data.GetProperty("callId")} ended: {data.GetProperty("endReason")}");
            }
            context.Response.StatusCode = genuine ? 204 : 401;
            context.Response.Close();
        }
    }

    /// <summary>Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</summary>
    private static bool IsGenuine(string secret, string? id, string? timestamp, string? signatures, string body)
    {
        if (id is null || signatures is null) return false;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 5 * 60) return false; // an old one, sent again
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        // While a secret is changed there are several signatures.
        return signatures.Split(' ').Any(signature => IsEqual(signature, $"v1,{Convert.ToBase64String(expected)}"));
    }

    private static bool IsEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
