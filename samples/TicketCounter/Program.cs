using TicketCounter;

// No arguments: three agents as real processes, one of them killed, and a check that all agree in the end.
if (args.Length == 0) return await Demo.RunAsync();

if (!AgentOptions.TryParse(args, out var options, out var fault))
{
    Console.Error.WriteLine($"{fault}\n\n{AgentOptions.Usage}");
    return 2;
}

using var app = await AgentApp.StartAsync(options);
if (app is null) return 1;
return options.IsScripted ? await ScriptedAgent.RunAsync(app, options) : await InteractiveAgent.RunAsync(app, options);
