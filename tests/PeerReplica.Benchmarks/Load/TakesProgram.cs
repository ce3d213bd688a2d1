using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load;

/// <summary>
/// Three replicas in processes of their own, with a bounded counter whose customers all come to one of them: how often they find rights there while there are any.
/// Prints a table and one line of JSON.
/// </summary>
internal sealed class TakesProgram(bool isSmoke)
{
    private const long Capacity = 100_000;

    private readonly List<Figure> _figures = [];
    private readonly TimeSpan _duration = isSmoke ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(10);

    public async Task<int> RunAsync()
    {
        foreach (var rate in (int[])[2_000, 20_000]) await TakeAsync(rate);
        Figure.Print(_figures);
        return 0;
    }

    private async Task TakeAsync(int rate)
    {
        using var a = await LoadHost.StartSellerAsync("a", Capacity);
        using var b = await SellerAsync("b", a.Replica.Self.Address);
        using var c = await SellerAsync("c", a.Replica.Self.Address);
        while (a.Seats.AvailableHere == 0 || await b.AskAsync("rights") == 0 || await c.AskAsync("rights") == 0) await Task.Delay(5);

        var takes = await Task.Factory.StartNew(() => new Takes(a.Seats, rate, _duration, Capacity), TaskCreationOptions.LongRunning);
        var what = $"of {rate:N0} takes a second at one of three";
        Note(new($"{what}, that found rights while any were left", takes.Share * 100, "%"));
        Note(new($"{what}, sold", takes.Taken, "units"));
        if (takes.LeftAtFirstMiss is { } left) Note(new($"{what}, left when one found none for the first time", left, "units"));
        Note(new($"{what}, longest spell without rights", takes.LongestSpell.TotalMilliseconds, "ms"));
        Note(new($"{what}, data frames sent, per link", a.Metrics["peerreplica.sent.frames.Data"] / takes.Elapsed.TotalSeconds / 2, "frames/s"));
        while (await b.AskAsync("sold") != takes.Taken || await c.AskAsync("sold") != takes.Taken) await Task.Delay(50);
    }

    private static async Task<PeerProcess> SellerAsync(string name, string seed)
    {
        var peer = PeerProcess.Start();
        await peer.StartSellerAsync(name, Capacity, seed);
        return peer;
    }

    private void Note(Figure figure)
    {
        _figures.Add(figure);
        Console.WriteLine($"measured: {figure.Name}");
    }
}
