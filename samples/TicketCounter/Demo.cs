using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace TicketCounter;

/// <summary>Three agents sell the same event; one is killed in the middle and started again; in the end all agree.</summary>
internal static class Demo
{
    private const long Capacity = 1000;
    private const long PerAgent = 280;
    private const double Rate = 40;
    private static readonly TimeSpan s_killAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_restartAfter = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync()
    {
        var ports = FreePorts(3);
        string[] names = ["alice", "bob", "carol"];
        var agents = names.Select((name, i) => DemoAgent.Start(name, ports[i], ports, PerAgent, Rate, Capacity)).ToArray();
        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndInOrder);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndInOrder);
        try
        {
            var isDrawn = !Console.IsOutputRedirected;
            if (!isDrawn) return await PlayAsync(agents, ports, message => Console.WriteLine(Markup.Remove(message)), interrupted.Token);
            return await PlayDrawnAsync(agents, ports, interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Interrupted; the agents are ended.");
            return 1;
        }
        finally
        {
            foreach (var agent in agents) agent.Dispose();
        }

        void EndInOrder(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static async Task<int> PlayDrawnAsync(DemoAgent[] agents, int[] ports, CancellationToken interrupted)
    {
        var story = new List<string>();
        using var over = new CancellationTokenSource();
        var result = 1;
        Task drawing = AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(async live =>
        {
            while (!over.IsCancellationRequested)
            {
                string told;
                lock (story) told = string.Join('\n', story.TakeLast(4));
                if (agents.FirstOrDefault(a => a.IsRunning && a.Latest is not null)?.Latest is { } view)
                    live.UpdateTarget(View.Of(view, $"the event as {view.Agent} sees it", told));
                await Task.Delay(100);
            }
        });
        try
        {
            result = await PlayAsync(agents, ports, message =>
            {
                lock (story) story.Add(message);
            }, interrupted);
        }
        finally
        {
            await over.CancelAsync();
            await drawing;
        }

        lock (story) AnsiConsole.MarkupLine(string.Join('\n', story));
        return result;
    }

    private static async Task<int> PlayAsync(DemoAgent[] agents, int[] ports, Action<string> tell, CancellationToken interrupted)
    {
        tell($"alice, bob and carol sell {PerAgent} tickets each, {Rate:0} a second.");
        await UntilAsync(() => agents.All(a => a.Latest?.Total > 0), interrupted);
        await Task.Delay(s_killAfter, interrupted);
        var victim = agents[1];
        tell($"[red]bob (process {victim.ProcessId}) is killed[/] after at least {victim.Latest?.ByAgent.GetValueOrDefault("bob")} sales. What he had not yet sent is lost with him.");
        victim.Kill();
        await Task.Delay(s_restartAfter, interrupted);
        var kept = agents[0].Latest?.ByAgent.GetValueOrDefault("bob") ?? 0;
        tell($"The others know of {kept} sales by bob. [green]He is started again[/] and sells the other {PerAgent - kept}.");
        victim.Dispose();
        agents[1] = DemoAgent.Start("bob", ports[1], ports, PerAgent - kept, Rate, Capacity);
        await UntilAsync(() => agents.All(a => a.Latest?.Total >= PerAgent * agents.Length && a.Latest.Peers.Count(p => p.State == "Up") == agents.Length - 1), interrupted);
        return await JudgeAsync(agents, tell, interrupted);
    }

    private static async Task<int> JudgeAsync(DemoAgent[] agents, Action<string> tell, CancellationToken interrupted)
    {
        var reports = await Task.WhenAll(agents.Select(a => a.EndAsync(s_patience, interrupted)));
        for (var i = 0; i < agents.Length; i++)
        {
            if (reports[i] is { } report)
                tell($"{report.Agent}: {report.Total} sold, {report.Left} left, {string.Join(", ", report.ByAgent.Select(p => $"{p.Key} {p.Value}"))}, content {report.ContentHash}");
            else
                tell($"[red]{agents[i].Name} gave no last word: {Markup.Escape(await agents[i].ErrorsAsync())}[/]");
        }

        var first = reports[0];
        var agree = first is not null && Array.TrueForAll(reports, r =>
            r is not null && r.Total == first.Total && r.ContentHash == first.ContentHash && r.ByAgent.SequenceEqual(first.ByAgent));
        tell(agree ? "[green]All agents agree, to the ticket.[/]" : "[red]The agents do not agree.[/]");
        return agree ? 0 : 1;
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken interrupted)
    {
        var clock = Stopwatch.StartNew();
        while (!condition() && clock.Elapsed < s_patience) await Task.Delay(50, interrupted);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = Array.ConvertAll(listeners, l => ((IPEndPoint)l.LocalEndpoint).Port);
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
