using System.Diagnostics;
using System.Globalization;
using PeerReplica.Security;
using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>
/// Three honest replicas, each in a process of its own, that write all the time while a test attacks them. After each attack
/// everything that was written until then must arrive everywhere, all must be linked, and what the attack cost is bounded.
/// </summary>
public abstract class AttackedCluster : IAsyncLifetime
{
    protected const int Count = 3;
    private const int PauseMilliseconds = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("peerreplica-attacks-").FullName;
    private readonly List<PeerProcess> _left = [];
    private long _writtenByThoseThatLeft;

    internal static string[] Nodes { get; } = ["a", "b", "c"];

    internal PeerProcess[] Peers { get; } = new PeerProcess[Count];

    internal const string ClusterName = "attacked";

    public virtual async Task InitializeAsync()
    {
        for (var i = 0; i < Count; i++) Peers[i] = await StartAsync(Nodes[i], [.. Peers[..i].Select(p => p.Address)]);
        await AreLinkedAsync();
        foreach (var peer in Peers) await peer.AskAsync($"load 500 {PauseMilliseconds}");
    }

    /// <summary>Stops writing: each of all writes must be everywhere, and all contents equal.</summary>
    public async Task DisposeAsync()
    {
        try
        {
            var written = _writtenByThoseThatLeft;
            foreach (var peer in Peers) written += await peer.NumberAsync("unload");
            foreach (var peer in Peers) await peer.UntilAsync("value", v => v == Text(written), s_patience);
            foreach (var peer in Peers[1..]) await Peers[0].UntilHashesAreEqualAsync(peer, s_patience);
        }
        finally
        {
            foreach (var peer in Peers.Concat(_left)) peer?.Dispose();
            Directory.Delete(_directory, recursive: true);
        }
    }

    internal abstract string[] Settings(string node);

    internal string PathOf(params string[] parts) => Path.Combine([_directory, .. parts]);

    internal Task<PeerProcess> StartAsync(string node, params string[] seeds) => StartAsync(node, "127.0.0.1:0", seeds);

    internal Task<PeerProcess> StartAsync(string node, string listen, string[] seeds) => PeerProcess.StartAsync(
        node, listen, seeds, journal: PathOf($"journal-{node}"), settings:
        [
            $"ClusterName={ClusterName}", "HeartbeatInterval=200ms", "PeerTimeout=2s", "SeedTimeout=1s", "MaxValueBytes=1MiB", "MaxStagedBytes=16MiB", .. Settings(node),
        ]);

    /// <summary>Lets a process write no more and stop, and another one take its place.</summary>
    internal async Task ReplaceAsync(int index, Func<Task<PeerProcess>> start)
    {
        _writtenByThoseThatLeft += await Peers[index].NumberAsync("unload");
        await Peers[index].StopAsync();
        _left.Add(Peers[index]);
        Peers[index] = await start();
        await Peers[index].AskAsync("synced");
        await Peers[index].AskAsync($"load 500 {PauseMilliseconds}");
    }

    /// <summary>A process that was none of the three wrote so much.</summary>
    internal void NoteWritten(long count) => _writtenByThoseThatLeft += count;

    internal async Task AreLinkedAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            var others = string.Join(',', Nodes.Where((_, n) => n != i));
            await Peers[i].UntilAsync("up", up => string.Join(',', up.Split(',').Order(StringComparer.Ordinal)) == others, s_patience);
        }
    }

    internal async Task<Attack> BeginAsync()
    {
        var before = new Attack();
        foreach (var peer in Peers) before.Peers.Add((await peer.NumberAsync("memory"), peer.Computed, peer.Logged.Length));
        return before;
    }

    /// <summary>Asserts that the honest replicas go on, and that the attack cost no more than it may.</summary>
    /// <param name="attack">What was measured when it began.</param>
    /// <param name="alarms">How many warnings and errors a replica may have logged.</param>
    /// <param name="bytes">How much memory a replica may have taken.</param>
    /// <param name="cores">How much of a core a replica may have used.</param>
    /// <param name="lines">How many lines it may have logged, warnings among them.</param>
    internal async Task EndAsync(Attack attack, int alarms = 8, long bytes = 48 << 20, double cores = 0.8, int lines = 120)
    {
        var written = _writtenByThoseThatLeft;
        foreach (var peer in Peers) written += await peer.NumberAsync("written");
        foreach (var peer in Peers) await peer.UntilAsync("value", v => long.Parse(v, CultureInfo.InvariantCulture) >= written, s_patience);
        await AreLinkedAsync();
        for (var i = 0; i < Count; i++)
        {
            var (memory, computed, before) = attack.Peers[i];
            Assert.StartsWith("Running", await Peers[i].AskAsync("state"), StringComparison.Ordinal);
            Assert.InRange(await Peers[i].NumberAsync("memory") - memory, long.MinValue, bytes);
            Assert.InRange((Peers[i].Computed - computed).TotalSeconds, 0, 3 + (cores * attack.Elapsed.TotalSeconds));
            var logged = Peers[i].Logged[before..];
            Assert.True(logged.Count(IsAlarm) <= alarms, $"{logged.Count(IsAlarm)} warnings, such as: {string.Join('\n', logged.Where(IsAlarm).Take(20))}");
            Assert.InRange(logged.Length, 0, lines);
            Assert.DoesNotContain(logged, l => Nodes.Any(n => l.Contains($" '{n}' at ", StringComparison.Ordinal)) && l.Contains("is Unreachable", StringComparison.Ordinal));
        }
    }

    private static bool IsAlarm(string line) =>
        line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What was measured of each replica when an attack began.</summary>
    internal sealed class Attack
    {
        private readonly long _since = Stopwatch.GetTimestamp();

        public List<(long Memory, TimeSpan Computed, int Lines)> Peers { get; } = [];

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_since);
    }
}

/// <summary>The replicas authenticate each other by certificates.</summary>
public class CertificateCluster : AttackedCluster
{
    private readonly List<ChannelSecurity> _made = [];

    internal DevelopmentAuthority Authority { get; set; } = DevelopmentAuthority.Create("attacked");

    internal string Denied => PathOf("denied");

    public override async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Denied, "# nobody\n");
        await base.InitializeAsync();
    }

    internal override string[] Settings(string node)
    {
        if (!Directory.Exists(PathOf(node))) Authority.IssueTo(node, PathOf(node));
        return
        [
            $"CertificateFile={PathOf(node, "tls.crt")}", $"CertificateKeyFile={PathOf(node, "tls.key")}", $"TrustedAuthoritiesFile={PathOf(node, "ca.crt")}",
            $"DeniedPeersFile={Denied}", "CertificateReloadInterval=300ms",
        ];
    }

    /// <summary>What a node with a valid certificate authenticates with.</summary>
    internal ChannelSecurity SecurityOf(string node)
    {
        var options = new PeerReplicaOptions { ClusterName = ClusterName };
        options.UseCertificates(() => Authority.Issue(node));
        var security = ChannelSecurity.Create(options)!;
        _made.Add(security);
        return security;
    }

    /// <summary>A peer with a valid certificate, with an open link with one of the replicas.</summary>
    internal async Task<Intruder> IntrudeAsync(int peer, string node, ReplicaId id)
    {
        var intruder = await Intruder.ConnectAsync(SecurityOf(node), Peers[peer].Port, ClusterName, id, node);
        return await intruder.OpenAsync();
    }
}

/// <summary>Of its own, so that what floods leave behind burdens no other attack.</summary>
public sealed class FloodedCluster : CertificateCluster
{
    /// <summary>A flood may keep a busy machine from beating in time.</summary>
    internal override string[] Settings(string node) => [.. base.Settings(node), "PeerTimeout=5s"];
}

/// <summary>The replicas share a secret.</summary>
public sealed class SecretCluster : AttackedCluster
{
    internal string[] SecretSettings { get; set; } = [$"SharedSecret={Secrets.First}"];

    internal override string[] Settings(string node) => SecretSettings;
}
