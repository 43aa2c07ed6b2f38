/// <summary>
/// How a bot calls CallKeepalive. Each line typed is a state that the call gets, established or terminated; "stop" shuts
/// the bot down.
/// </summary>
internal static class SampleBot
{
    public static void Run(Uri app, string functionKey, string callId, string tenantId)
    {
        var call = new SampleCall(callId, new Call(CallState.Establishing, tenantId));
        using var stopping = new CancellationTokenSource();

        var keepalive = new CallKeepalive(app, functionKey, Console.WriteLine);
        call.OnUpdated += async (sender, e) =>
        {
            var (state, result) = (e.NewResource.State, e.NewResource.ResultInfo);
            if (state == CallState.Established)
                await keepalive.EstablishedAsync(sender.Id, sender.Resource.TenantId, null, stopping.Token);
            if (state == CallState.Terminated)
                await keepalive.TerminatedAsync(sender.Id, result?.Code, result?.Subcode, stopping.Token);
        };

        while (Console.ReadLine() is { } line)
        {
            if (line == "stop") stopping.Cancel();
            if (line == "established") call.Update(new Call(CallState.Established, tenantId));
            if (line == "terminated") call.Update(new Call(CallState.Terminated, tenantId, new ResultInfo(200, 5002)));
        }
    }
}

// What stands for the ICall of Microsoft.Graph.Communications.Calls, under its names.
internal enum CallState { Establishing, Established, Terminated }

internal sealed record ResultInfo(int? Code, int? Subcode);

internal sealed record Call(CallState State, string TenantId, ResultInfo? ResultInfo = null);

internal sealed record ResourceEventArgs(Call NewResource);

internal sealed class SampleCall(string id, Call resource)
{
    public event Action<SampleCall, ResourceEventArgs>? OnUpdated;

    public string Id => id;

    public Call Resource { get; private set; } = resource;

    public void Update(Call changed)
    {
        Resource = changed;
        OnUpdated?.Invoke(this, new ResourceEventArgs(changed));
    }
}
