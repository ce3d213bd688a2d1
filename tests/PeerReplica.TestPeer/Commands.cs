using System.Globalization;

namespace PeerReplica.TestPeer;

/// <summary>What a test can ask of a peer.</summary>
internal sealed class Commands(IPeerReplica replica, MetricSums metrics, TicketSale? sale) : IDisposable
{
    private readonly ICounter _counter = replica.GetCounter("counter");
    private readonly IReplicatedMap<string, long> _map = replica.GetMap<string, long>("map");
    private readonly IReplicatedMap<string, Order> _orders = replica.GetMap<string, Order>("orders");
    private readonly CancellationTokenSource _stopLoad = new();
    private Task<long> _load = Task.FromResult(0L);
    private long _written;

    public async Task<string> DoAsync(string[] words)
    {
        switch (words[0])
        {
            case "add":
                for (var left = Number(words[1]); left > 0; left--) _counter.Add(1);
                return "done";
            case "fill":
                for (var i = 0L; i < Number(words[1]); i++) _map.Set(Key(i), i);
                return "done";
            case "rewrite":
                for (var i = 0L; i < Number(words[1]); i++) _map.Set(Key(0), i);
                return "done";
            case "load":
                var (keys, pause) = (Number(words[1]), Number(words[2]));
                _load = Task.Run(() => WriteOnAsync(keys, (int)pause));
                return "done";
            case "unload":
                return Text(await StopLoadAsync());
            case "written":
                return Text(Volatile.Read(ref _written));
            case "set":
                _map.Set(words[1], Number(words[2]));
                return "done";
            case "get":
                return _map.TryGetValue(words[1], out var kept) ? Text(kept) : "none";
            case "id":
                return replica.Self.Id.ToString();
            case "metric":
                return Text(metrics[words[1]]);
            case "memory":
                return Text(GC.GetTotalMemory(forceFullCollection: true));
            case "order":
                _orders.Set(words[1], new Order(words[2], (int)Number(words[3]), words[4..]));
                return "done";
            case "ordered":
                return _orders.TryGetValue(words[1], out var order) ? $"{order.Customer} {order.Seats} {string.Join(',', order.Notes)}" : "none";
            case "value":
                return Text(_counter.Value);
            case "count":
                return Text(_map.Count);
            case "hash":
                return await replica.GetContentHashAsync();
            case "up":
                return string.Join(',', replica.Peers.Where(p => p.State == PeerState.Up).Select(p => p.NodeName));
            case "synced":
                await replica.WaitUntilSyncedAsync();
                return "done";
            case "health":
                return string.Join(',', replica.Health.Findings.Select(f => $"{f.Reason}:{f.Subject}"));
            default:
                return sale is null ? Unknown(words[0]) : await DoAsync(sale, words);
        }
    }

    private async Task<string> DoAsync(TicketSale tickets, string[] words)
    {
        switch (words[0])
        {
            case "sell":
                tickets.Start(Number(words[1]));
                return "done";
            case "unsell":
                return Text(await tickets.StopAsync());
            case "refused":
                return Text(tickets.Refused);
            case "take":
                return await tickets.TakeAsync() ? "taken" : "refused";
            case "audit":
                return tickets.Audit();
            case "voters":
                return Voters.Of(replica);
            case "explain":
                return Voters.Explain(replica);
            case "state":
                return $"{replica.State} {replica.Fault?.Message}";
            default:
                return Unknown(words[0]);
        }
    }

    public async Task<long> StopLoadAsync()
    {
        await _stopLoad.CancelAsync();
        return await _load;
    }

    private async Task<long> WriteOnAsync(long keys, int pauseMilliseconds)
    {
        var written = 0L;
        while (!_stopLoad.IsCancellationRequested)
        {
            _map.Set(Key(written % keys), written);
            _counter.Add(1);
            written++;
            Volatile.Write(ref _written, written);
            if (pauseMilliseconds > 0) await Task.Delay(pauseMilliseconds);
        }

        return written;
    }

    public void Dispose() => _stopLoad.Dispose();

    private static string Unknown(string command) => $"error: '{command}' is no command";

    private static string Key(long i) => string.Create(CultureInfo.InvariantCulture, $"key-{i:d12}");

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
