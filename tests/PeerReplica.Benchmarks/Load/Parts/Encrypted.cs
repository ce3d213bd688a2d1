using PeerReplica.Benchmarks.Load.Bare;
using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>What encryption costs: replicas with a secret beside replicas without and beside a bare <c>SslStream</c>, in turns; and handshakes.</summary>
internal sealed class Encrypted : ILoadPart
{
    private const int FrameBytes = 32 << 10;
    private static readonly TimeSpan s_handshakesFor = TimeSpan.FromSeconds(2);

    public string Name => "tls";

    public string Summary => "what encryption costs: propagation, throughput and handshakes beside a bare SslStream";

    public async Task RunAsync(LoadRun run)
    {
        await PropagationAsync(run);
        await ThroughputAsync(run);
        await BulkAsync(run);
        await HandshakesAsync(run);
    }

    private static async Task PropagationAsync(LoadRun run)
    {
        var ages = new Dictionary<string, List<double>>();
        using var plain = await PeerGroup.StartAsync(2);
        using var secured = await PeerGroup.StartAsync(2, (LoadHost.SecretVariable, LoadHost.NewSecret()));
        for (var round = run.FirstRound; round <= run.Rounds; round++)
        {
            if (round == 1) ages.Clear();
            await StampsAsync(plain, "bare", "bare", "bare");
            await StampsAsync(plain, "replica", "replica-watcher", "plain");
            await StampsAsync(secured, "tls", "tls", "tls");
            await StampsAsync(secured, "replica", "replica-watcher", "secured");
            await StampsAsync(secured, "tls", "tls-reader", "tls-reader");
            await StampsAsync(secured, "replica", "replica-reader", "secured-reader");
            run.Say($"  round {round} of {run.Rounds}{(round == 0 ? ", not counted" : "")}");
        }

        foreach (var share in (double[])[0.5, 0.99])
        {
            var p = $"p{share * 100:0}";
            run.Note(new(
                $"write here until a reader there sees it, over TLS, {p}", ages["secured-reader"].At(share), "µs", ages["tls-reader"].At(share), "bare SslStream to such a reader", Goal.RatioAtMost(1.7)));
            run.Note(new($"write here until a watcher there is told, over TLS, {p}", ages["secured"].At(share), "µs", ages["tls"].At(share), "bare SslStream one way", Goal.RatioAtMost(1.7)));
            run.Note(new($"  the same, beside no TLS, {p}", ages["secured"].At(share), "µs", ages["plain"].At(share), "replicas without TLS"));
            run.Note(new($"write here until a watcher there is told, without TLS, {p}", ages["plain"].At(share), "µs", ages["bare"].At(share), "bare socket one way"));
        }

        async Task StampsAsync(PeerGroup group, string way, string observer, string name)
        {
            var port = await group[1].AskAsync($"observe {observer} 0");
            await Task.Delay(50);
            await group[0].AskAsync($"stamp {way} {port} {run.SamplesPerRound} {run.Pause.TotalMilliseconds}");
            await Task.Delay(50);
            if (!ages.TryGetValue(name, out var all)) ages[name] = all = [];
            all.AddRange(await group[1].NumbersAsync("observed"));
        }
    }

    private static async Task ThroughputAsync(LoadRun run)
    {
        var (plain, secured) = (new List<double>(), new List<double>());
        for (var i = 0; i < run.Repetitions; i++)
        {
            plain.Add(await FillAsync());
            secured.Add(await FillAsync((LoadHost.SecretVariable, LoadHost.NewSecret())));
        }

        run.Note(new("distinct keys until one peer has all, over TLS", secured.At(0.5), "updates/s", plain.At(0.5), "replicas without TLS", Goal.RatioAtLeast(0.6)));

        async Task<double> FillAsync(params (string Name, string Value)[] environment)
        {
            using var group = await PeerGroup.StartAsync(2, environment);
            await Fills.WarmUpAsync(run, group);
            return (await Fills.FillAsync(group, 'k', run.Entries, 8)).PerSecond;
        }
    }

    /// <summary>Frames of one size over the transport, and as many bytes over a bare stream.</summary>
    private static async Task BulkAsync(LoadRun run)
    {
        var frames = run.IsSmoke ? 100 : 20_000;
        var (bare, secured) = (new List<double>(), new List<double>());
        for (var i = run.FirstRound; i <= run.Repetitions; i++)
        {
            var ofBare = Bulk.Bare(frames, FrameBytes);
            var ofTransport = await Bulk.SecuredAsync(frames, FrameBytes);
            if (i == 0) continue;
            bare.Add(ofBare);
            secured.Add(ofTransport);
        }

        run.Note(new("frames of 32 KiB over the transport with TLS", secured.At(0.5), "MiB/s", bare.At(0.5), "bare SslStream, writes of 32 KiB", Goal.RatioAtLeast(0.6)));
    }

    private static async Task HandshakesAsync(LoadRun run)
    {
        var time = run.IsSmoke ? TimeSpan.FromMilliseconds(50) : s_handshakesFor;
        await Handshakes.SecretAsync(time / 4);
        await Handshakes.BareAsync(time / 4);
        var bare = await Handshakes.BareAsync(time);
        run.Note(new("handshakes with a secret, both ends in one process, one after the other", await Handshakes.SecretAsync(time), "handshakes/s", bare, "bare SslStream, mutual"));
        run.Note(new("handshakes with certificates, likewise", await Handshakes.CertificateAsync(time), "handshakes/s", bare, "bare SslStream, mutual"));
    }
}
