using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PeerReplica;
using Spectre.Console;

namespace TicketCounter;

/// <summary>Three agents sell the same event out; one is killed in the middle and started again, one is cut off for a while; in the end all agree, and nothing is oversold.</summary>
internal static class Demo
{
    private const long Capacity = 900;
    private const double Rate = 40;
    private static readonly TimeSpan s_killAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_restartAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_restoreAfter = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync()
    {
        var ports = FreePorts(3);
        string[] names = ["alice", "bob", "carol"];
        var agents = names.Select((name, i) => DemoAgent.Start(name, ports[i], ports, Rate, Capacity)).ToArray();
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
        tell($"alice, bob and carol sell the same {Capacity} tickets, {Rate:0} a second each.");
        await UntilAsync(() => agents.All(a => a.Latest?.Sold > 0), interrupted);
        await Task.Delay(s_killAfter, interrupted);
        await KillAsync(agents, ports, tell, interrupted);
        await CutAsync(agents, tell, interrupted);

        var last = await SettleAsync(agents, interrupted);
        return await JudgeAsync(agents, last, tell, interrupted);
    }

    /// <summary>
    /// Waits until all is sold that can be and every agent said so twice, some time apart. Returns the reports that show it, or after a long wait the latest ones.
    /// Later reports may differ for a moment: an agent that still asks the others for tickets changes what is replicated.
    /// </summary>
    private static async Task<AgentReport?[]> SettleAsync(DemoAgent[] agents, CancellationToken interrupted)
    {
        var reports = Reports(agents);
        await UntilAsync(() => IsOver(reports = Reports(agents)), interrupted);
        await Task.Delay(s_settled, interrupted);
        await UntilAsync(() => IsOver(reports = Reports(agents)), interrupted);
        return reports;
    }

    private static AgentReport?[] Reports(DemoAgent[] agents) => Array.ConvertAll(agents, a => a.Latest);

    private static async Task KillAsync(DemoAgent[] agents, int[] ports, Action<string> tell, CancellationToken interrupted)
    {
        var victim = agents[1];
        victim.Kill();
        tell($"[red]bob (process {victim.ProcessId}) is killed[/] after at least {SoldBy("bob", victim.Latest)} sales. What he had not yet sent is lost with him.");
        await Task.Delay(s_restartAfter, interrupted);
        var kept = SoldBy("bob", agents[0].Latest);
        var stranded = agents[0].Latest?.Stranded;
        tell($"The others know of {kept} sales by bob; what he may still sell is stranded, {stranded} tickets. [green]He is started again.[/]");
        victim.Dispose();
        agents[1] = DemoAgent.Start("bob", ports[1], ports, Rate, Capacity);
        await UntilAsync(() => SoldBy("bob", agents[0].Latest) > kept && agents[0].Latest?.Stranded < stranded, interrupted);
        tell($"bob sells again. Of what he took with him {agents[0].Latest?.Stranded} tickets stay stranded: those he may have sold unseen.");
    }

    private static async Task CutAsync(DemoAgent[] agents, Action<string> tell, CancellationToken interrupted)
    {
        var lonely = agents[2];
        var before = SoldBy("carol", lonely.Latest);
        lonely.Cut();
        tell("[red]carol is cut off[/] from the others, and sells on from what she has in hand.");
        await Task.Delay(s_restoreAfter, interrupted);
        lonely.Restore();
        tell($"[green]carol is back.[/] Alone she sold {SoldBy("carol", lonely.Latest) - before}, and then waited.");
    }

    private static long SoldBy(string agent, AgentReport? report) => report?.ByAgent.GetValueOrDefault(agent) ?? 0;

    /// <summary>Whether everything is sold that can be, all agents can reach each other, and see the same.</summary>
    private static bool IsOver(AgentReport?[] reports) => reports[0] is { } first && Array.TrueForAll(reports, r =>
        r is { IsSoldOut: true } && r.Peers.Count(p => p.State == nameof(PeerState.Up)) == reports.Length - 1 && r.AgreesWith(first));

    /// <summary>Ends the agents and tells the result. The reports are from before: an agent that leaves hands over what is left, and the others then see other things than it did.</summary>
    private static async Task<int> JudgeAsync(DemoAgent[] agents, AgentReport?[] reports, Action<string> tell, CancellationToken interrupted)
    {
        var isOver = IsOver(reports);
        var ends = await Task.WhenAll(agents.Select(a => a.EndAsync(s_patience, interrupted)));
        for (var i = 0; i < agents.Length; i++)
        {
            if (reports[i] is { } report)
                tell($"{report.Agent}: {report.Sold} sold, {string.Join(", ", report.ByAgent.Select(p => $"{p.Key} {p.Value}"))}, content {report.ContentHash}");
            if (!ends[i]) tell($"[red]{agents[i].Name} did not end well: {Markup.Escape(await agents[i].ErrorsAsync())}[/]");
        }

        tell(isOver ? "[green]All agents agree, to the ticket.[/]" : "[red]The agents do not agree, or there was more to sell.[/]");
        if (reports[0] is not { } audit) return 1;
        var isKept = isOver && audit.Oversold == 0;
        var color = isKept ? "green" : "red";
        tell($"[bold {color}]Audit: capacity {audit.Capacity}, sold {audit.Sold}, stranded {audit.Stranded}, oversold {audit.Oversold}[/]");
        return isKept && Array.TrueForAll(ends, e => e) ? 0 : 1;
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
