using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Benchmarks.Load;

/// <summary>A peer in a process of its own: does what lines on its input say, and answers each with one line. Ends with its input.</summary>
internal static class LoadPeer
{
    private static volatile bool s_isAdding;

    public static Task<int> RunAsync(string name, string[] seeds) => RunAsync(() => LoadHost.StartAsync(name, seeds));

    public static Task<int> RunSellerAsync(string name, long capacity, string[] seeds) => RunAsync(() => LoadHost.StartSellerAsync(name, capacity, seeds));

    private static async Task<int> RunAsync(Func<Task<LoadHost>> start)
    {
        var clock = Stopwatch.StartNew();
        using var host = await start();
        await host.Replica.WaitUntilSyncedAsync();
        Console.WriteLine(Number(clock.Elapsed.TotalMilliseconds));
        while (await Console.In.ReadLineAsync() is { } line) Console.WriteLine(await DoAsync(host, line.Split(' ')));
        return 0;
    }

    private static async Task<string> DoAsync(LoadHost host, string[] words) => words[0] switch
    {
        "count" => Number(host.Map.Count),
        "rights" => Number(host.Seats.AvailableHere),
        "sold" => Number(host.Seats.Audit.Sold),
        "sum" => Number(host.Counter.Value),
        "watcher" => string.Join(' ', (await WatcherAsync(host, int.Parse(words[1], CultureInfo.InvariantCulture))).Select(Number)),
        "echo" => Echo(),
        "add" => Add(host),
        "stop" => Stop(),
        _ => "?",
    };

    /// <summary>Microseconds from a write there to the moment at which a watcher here is told.</summary>
    private static async Task<List<double>> WatcherAsync(LoadHost host, int samples)
    {
        var last = host.Stamp.Value;
        var delays = new List<double>(samples);
        await foreach (var value in host.Stamp.WatchAsync())
        {
            if (value == last) continue;
            delays.Add(Stopwatch.GetElapsedTime(value).TotalMicroseconds);
            last = value;
            if (delays.Count == samples) break;
        }

        return delays;
    }

    /// <summary>A bare socket that sends back what it gets, for the baseline.</summary>
    private static string Echo()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        new Thread(() =>
        {
            using var socket = listener.AcceptSocket();
            socket.NoDelay = true;
            var buffer = new byte[64];
            while (socket.Receive(buffer) is > 0 and var count) socket.Send(buffer.AsSpan(0, count));
            listener.Stop();
        })
        { IsBackground = true }.Start();
        return Number(port);
    }

    private static string Add(LoadHost host)
    {
        s_isAdding = true;
        new Thread(() =>
        {
            while (s_isAdding) host.Counter.Add(1);
        })
        { IsBackground = true }.Start();
        return "adding";
    }

    private static string Stop()
    {
        s_isAdding = false;
        return "stopped";
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
