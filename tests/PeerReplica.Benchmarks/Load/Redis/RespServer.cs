using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A server that speaks the Redis protocol: a primary, or a replica of one.</summary>
internal abstract class RespServer : ServerProcess
{
    protected RespServer(string program, int port, string folder, IEnumerable<string> arguments)
        : base(program, folder, arguments)
    {
        Port = port;
        UntilItAnswers(() =>
        {
            using var client = new RespClient(port);
            client.Ask("PING");
        });
    }

    public int Port { get; }

    /// <summary>Returns when the replica is linked with its primary and has the primary's data.</summary>
    public void UntilSynced()
    {
        using var client = new RespClient(Port);
        const string Linked = "master_link_status:up";
        while (!client.Ask("INFO", "replication")!.Contains(Linked, StringComparison.Ordinal)) Thread.Sleep(1);
    }

    /// <summary>One number of a section of INFO.</summary>
    public double Info(string section, string name)
    {
        using var client = new RespClient(Port);
        var lines = client.Ask("INFO", section)!.Split("\r\n");
        var line = lines.Single(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }

    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
