using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load;

/// <summary>Replicas in processes of their own, measured beside bare sockets, bare memory, Redis, Garnet, NATS and Akka.NET in the same run. Prints a table and one line of JSON.</summary>
internal sealed class LoadProgram(LoadOptions options)
{
    public async Task<int> RunAsync()
    {
        var run = new LoadRun(options.IsSmoke);
        var surroundings = Surroundings.Now();
        WarnOfMissing();
        foreach (var part in options.Parts)
        {
            run.Say($"{part.Name}: {part.Summary}");
            await part.RunAsync(run);
        }

        if (options.PlotFolder is { } folder)
        {
            Directory.CreateDirectory(folder);
            foreach (var (name, plot) in run.Plots)
            {
                var path = Path.Combine(folder, $"{name}.svg");
                await File.WriteAllTextAsync(path, plot.ToSvg());
                run.Say($"written: {path}");
            }
        }

        surroundings = surroundings.AtEnd();
        Console.WriteLine();
        Console.WriteLine(surroundings);
        Figure.Print(new LoadReport(run.Figures, surroundings));
        WarnOfMissing();
        return 0;
    }

    private static void WarnOfMissing()
    {
        string?[] missing = [RedisServer.IsInstalled ? null : RedisServer.Package, NatsServer.IsInstalled ? null : NatsServer.Package];
        var packages = string.Join(' ', missing.OfType<string>());
        if (packages.Length > 0) Console.Error.WriteLine($"*** NOT INSTALLED, and so not measured beside the rest: {packages}. On Debian: apt-get install {packages}");
        if (!GarnetServer.IsInstalled) Console.Error.WriteLine($"*** NOT INSTALLED, and so not measured beside the rest: Garnet. To install it: {GarnetServer.Install}");
    }
}
