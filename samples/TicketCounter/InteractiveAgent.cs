using PeerReplica;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TicketCounter;

/// <summary>An agent in a terminal: a live view, and keys.</summary>
internal sealed class InteractiveAgent(AgentApp app)
{
    private const int MaxAsked = 8;

    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

    private readonly IPool<string> _seats = app.Replica.GetPool<string>("seats");
    private readonly Basket _basket = new(app.Replica.GetPool<string>("seats"));
    private readonly CancellationTokenSource _quit = CancellationTokenSource.CreateLinkedTokenSource(app.Stopping);
    private Task _asking = Task.CompletedTask;
    private int _asked;
    private volatile bool _isSelling;
    private int _row;
    private int _seat;
    private volatile string _message = "";
    private string _surroundings = "";

    public static async Task<int> RunAsync(AgentApp app)
    {
        var agent = new InteractiveAgent(app);
        await AnsiConsole.Live(new Text("")).StartAsync(agent.DrawAsync);
        AnsiConsole.MarkupLine("Leaving: handing over what is left ...");
        await agent._asking;
        await agent._basket.CancelAsync();
        await app.StopAsync();
        agent._quit.Dispose();
        return 0;
    }

    private async Task DrawAsync(LiveDisplayContext live)
    {
        while (!_quit.IsCancellationRequested)
        {
            while (Console.KeyAvailable) Act(Console.ReadKey(intercept: true).Key);
            if (_basket.DropExpired() is { Length: > 0 } over) _message = over;
            if (_isSelling) SellOne();
            ClearOutdated();
            live.UpdateTarget(Picture(await AgentReport.TakeAsync(app, withSales: true)));
            await Task.Delay(s_refresh);
        }
    }

    /// <summary>An answer was about the network and the agents in reach at that time. When these change it is no longer true.</summary>
    private void ClearOutdated()
    {
        var surroundings = $"{app.Network.IsCut} {string.Join(' ', app.Replica.Peers.Where(p => p.State == PeerState.Up).Select(p => p.Id).Order())}";
        if (surroundings == _surroundings) return;
        _surroundings = surroundings;
        if (_asking.IsCompleted) _message = "";
    }

    private IRenderable Picture(AgentReport report)
    {
        var (basket, cursor) = (_basket.Seats, SeatMap.Name(_row, _seat));
        var seats = SeatView.Map(_seats.GetItems(), basket, cursor);
        var legend = SeatView.Legend(_seats.GetAudit(), basket, cursor);
        return View.Of(report, $"{report.Agent} at {app.Replica.Self.Address}", seats, legend, Footer());
    }

    private void Act(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.UpArrow or ConsoleKey.DownArrow or ConsoleKey.LeftArrow or ConsoleKey.RightArrow:
                Move(key);
                break;
            case ConsoleKey.Spacebar or ConsoleKey.Enter:
                var seat = SeatMap.Name(_row, _seat);
                Ask(() => _basket.ToggleAsync(seat));
                break;
            case ConsoleKey.P:
                Ask(_basket.ConfirmAsync);
                break;
            case ConsoleKey.X:
                Ask(_basket.CancelAsync);
                break;
            case ConsoleKey.B:
                Buy();
                break;
            case ConsoleKey.A:
                (_isSelling, _message) = (!_isSelling, "");
                break;
            case ConsoleKey.C:
                if (app.Network.IsCut) app.Network.Restore();
                else app.Network.Cut();
                break;
            case ConsoleKey.Q:
                _quit.Cancel();
                break;
            default:
                break;
        }
    }

    private void Move(ConsoleKey key)
    {
        _row = (_row + SeatMap.Rows + (key == ConsoleKey.DownArrow ? 1 : key == ConsoleKey.UpArrow ? -1 : 0)) % SeatMap.Rows;
        _seat = (_seat + SeatMap.SeatsInRow + (key == ConsoleKey.RightArrow ? 1 : key == ConsoleKey.LeftArrow ? -1 : 0)) % SeatMap.SeatsInRow;
    }

    /// <summary>Asks without keeping the screen waiting, one thing after the other. Of a key held down no more is remembered than a person could mean.</summary>
    private void Ask(Func<Task<string>> ask)
    {
        if (Volatile.Read(ref _asked) >= MaxAsked) return;
        Interlocked.Increment(ref _asked);
        _message = "[grey]asking ...[/]";
        _asking = AnswerAsync(_asking, ask);
    }

    private async Task AnswerAsync(Task before, Func<Task<string>> ask)
    {
        await before;
        try
        {
            _message = await ask();
        }
        catch (Exception e) when (e is PeerReplicaException or OperationCanceledException)
        {
            _message = $"[red]{Markup.Escape(e.Message)}[/]";
        }

        Interlocked.Decrement(ref _asked);
    }

    private void Buy()
    {
        if (app.Office.TrySell()) _message = "[green]sold one[/]";
        else Ask(async () => await app.Office.SellAsync(s_wait, _quit.Token) ? "[green]sold one[/]" : Refusal());
    }

    private void SellOne()
    {
        if (app.Office.TrySell() || !_asking.IsCompleted) return;
        Ask(async () =>
        {
            if (await app.Office.SellAsync(s_wait, _quit.Token)) return "";
            _isSelling = app.Office.GetAudit() is not { Issued: > 0, Free: 0, Held: 0, Stranded: 0 };
            return Refusal();
        });
    }

    private string Refusal() => Wording.OfRefusal(app.Office.GetAudit(), app.Network.IsCut);

    private string Footer()
    {
        var network = app.Network.IsCut ? "[red bold]network cut[/]" : "network up";
        var selling = _isSelling ? "[green]selling by itself[/]" : "";
        return $"""
            tickets: {Key("b")} buy  {Key("a")} sell by itself   {Key("c")} cut or restore the network  {Key("q")} quit
            seats: {Key("arrows")} move  {Key("space")} into the basket or back  {Key("p")} pay  {Key("x")} put all back
            {network}  {selling}
            {_message}
            """;
    }

    private static string Key(string key) => $"[bold yellow]{key}[/]";
}
