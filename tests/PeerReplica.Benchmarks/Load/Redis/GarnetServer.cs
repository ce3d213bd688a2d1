namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A Garnet server that keeps nothing on disk: a node of a cluster, since only those replicate.</summary>
internal sealed class GarnetServer : RespServer
{
    public const string Install = "dotnet tool restore";

    private const string Package = "garnet-server";
    private static readonly string? s_assembly = FindAssembly();

    // A node replicates only with an append-only file; the null device drops what is appended.
    private GarnetServer(int port, string folder)
        : base("dotnet", port, folder, [
            s_assembly!, "--port", Text(port), "--bind", "127.0.0.1", "--cluster", "--checkpointdir", folder,
            "--device-type", "RandomAccess", "--memory", "2g", "--aof", "--aof-commit-freq", "-1", "--aof-null-device",
            "--fast-aof-truncate", "--repl-diskless-sync", "--repl-diskless-sync-delay", "0"])
    {
    }

    public static bool IsInstalled => s_assembly is not null;

    public static GarnetServer Start() =>
        new(FreePort(), NewFolder("garnet"));

    /// <summary>Makes this node the primary of all keys, and the other node its replica.</summary>
    public void Lead(GarnetServer replica)
    {
        using var here = new RespClient(Port);
        using var there = new RespClient(replica.Port);
        here.Ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        here.Ask("CLUSTER", "SET-CONFIG-EPOCH", "1");
        there.Ask("CLUSTER", "SET-CONFIG-EPOCH", "2");
        here.Ask("CLUSTER", "MEET", "127.0.0.1", Text(replica.Port));
        var id = here.Ask("CLUSTER", "MYID")!;
        while (!there.Ask("CLUSTER", "NODES")!.Contains(id, StringComparison.Ordinal)) Thread.Sleep(50);
        there.Ask("CLUSTER", "REPLICATE", id);
        replica.UntilSynced();
    }

    /// <summary>
    /// The local tool's assembly in the package folder. The tool's own command starts a second process, whose CPU time
    /// would not be counted.
    /// </summary>
    private static string? FindAssembly()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(packages, Package);
        if (!Directory.Exists(folder)) return null;
        var build = Path.Combine("tools", $"net{Environment.Version.Major}.0", "any", "GarnetServer.dll");
        return Directory.GetDirectories(folder).OrderDescending(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, build)).FirstOrDefault(File.Exists);
    }
}
