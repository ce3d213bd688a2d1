using Spectre.Console;

namespace TicketCounter;

/// <summary>An agent in a terminal: a live view, and keys.</summary>
internal static class InteractiveAgent
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(AgentApp app, AgentOptions options)
    {
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(app.Stopping);
        var isSelling = false;
        var message = "";
        await AnsiConsole.Live(new Text("")).StartAsync(async live =>
        {
            while (!quit.IsCancellationRequested)
            {
                while (Console.KeyAvailable) Act(app, Console.ReadKey(intercept: true).Key, quit, ref isSelling, ref message);
                if (isSelling && !app.Office.TrySell()) (isSelling, message) = (false, "[red]sold out[/]");
                live.UpdateTarget(View.Of(await AgentReport.TakeAsync(app, withSales: true), Title(app, options), Footer(app, isSelling, message)));
                await Task.Delay(s_refresh);
            }
        });
        AnsiConsole.MarkupLine("Leaving: handing the last sales over ...");
        await app.StopAsync();
        return 0;
    }

    private static void Act(AgentApp app, ConsoleKey key, CancellationTokenSource quit, ref bool isSelling, ref string message)
    {
        message = "";
        switch (key)
        {
            case ConsoleKey.B:
                message = app.Office.TrySell() ? "[green]sold one[/]" : "[red]sold out[/]";
                break;
            case ConsoleKey.A:
                isSelling = !isSelling;
                break;
            case ConsoleKey.C when app.Network.IsCut:
                app.Network.Restore();
                break;
            case ConsoleKey.C:
                app.Network.Cut();
                break;
            case ConsoleKey.Q:
                quit.Cancel();
                break;
            default:
                break;
        }
    }

    private static string Title(AgentApp app, AgentOptions options) => $"{options.Agent} at {app.Replica.Self.Address}";

    private static string Footer(AgentApp app, bool isSelling, string message)
    {
        var network = app.Network.IsCut ? "[red bold]network cut[/]" : "network up";
        var selling = isSelling ? "[green]selling by itself[/]" : "";
        return $"keys: [bold yellow]b[/] buy  [bold yellow]a[/] sell by itself  [bold yellow]c[/] cut or restore the network  [bold yellow]q[/] quit     {network}  {selling}  {message}";
    }
}
