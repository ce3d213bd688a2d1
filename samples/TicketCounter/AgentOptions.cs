using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TicketCounter;

/// <summary>The command line of an agent.</summary>
internal sealed record AgentOptions
{
    public const string Usage = """
        Usage:
          (no arguments)               the demo: three agents sell out; one is killed, one is cut off; nothing is oversold
          agent [NAME]                 an agent in this terminal; start more in other terminals. Without a NAME it has
                                       the host's name
          agent [NAME] --auto --count N [--rate R] [--json]
                                       sells N tickets of general admission, or what there is, at R a second
                                       (0, the default: as fast as it can), then ends
        Options of an agent:
          --event NAME                 which event to sell; agents of other events are strangers (default: tickets)
          --capacity C                 tickets of general admission in all (default 100000); who opens the event decides
          --expect N                   the event opens when N agents have met (default 0: whoever finds nobody opens it)
          --port P                     the port to listen at (default: the first free one from 7400 to 7407)
          --listen IP:PORT             where to listen, instead of 127.0.0.1 and --port; beyond this machine it needs a secret
          --advertise HOST:PORT        the address that it tells the others (default: found out from where it listens)
          --seed HOST:PORT             another agent's address; may be given more than once (default: those ports on this machine)
          --linger S                   with --auto: stay S seconds after selling, so that others can finish (default 0)
        Environment:
          TICKETS_SECRET               the secret that all agents share; "openssl rand -base64 32" makes one
          TICKETS_SECRET_FILE          a file with that secret; the first agent writes it. With a secret, links are encrypted
        """;

    /// <summary>Where agents on one machine listen unless they are told otherwise.</summary>
    public static int[] DefaultPorts { get; } = [.. Enumerable.Range(7400, 8)];

    public required string Agent { get; init; }

    /// <summary>What is sold. The agents of one event are one cluster, which has its name.</summary>
    public string Event { get; init; } = "tickets";

    public bool Auto { get; init; }

    public long Count { get; init; } = -1;

    public double Rate { get; init; }

    public bool Json { get; init; }

    public long Capacity { get; init; } = 100_000;

    public int Expected { get; init; }

    public int? Port { get; init; }

    /// <summary>The whole address to listen at; null: loopback, at <see cref="Port"/>.</summary>
    public string? Listen { get; init; }

    /// <summary>The address for the others; null: as the library finds out.</summary>
    public string? Advertise { get; init; }

    /// <summary>What all agents know and strangers do not; null: none.</summary>
    public string? Secret { get; init; }

    public IReadOnlyList<string> GivenSeeds { get; init; } = [];

    /// <summary>Where to look for other agents.</summary>
    public IEnumerable<string> Seeds => GivenSeeds.Count > 0 ? GivenSeeds : DefaultPorts.Select(p => $"127.0.0.1:{p}");

    public double Linger { get; init; }

    /// <summary>Started by the demo: prints its view now and then, and stays until its input ends.</summary>
    public bool IsDemo { get; init; }

    public bool IsScripted => Auto;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out AgentOptions? options, out string fault)
    {
        options = null;
        if (args[0] != "agent")
        {
            fault = $"'{args[0]}' is no command.";
            return false;
        }

        var isNamed = args.Length > 1 && !args[1].StartsWith("--", StringComparison.Ordinal);
        var parsed = new AgentOptions
        {
            Agent = isNamed ? args[1] : Environment.MachineName,
            Secret = ClusterSecret.FromEnvironment(),
        };
        for (var i = isNamed ? 2 : 1; i < args.Length; i++)
        {
            if (TryFlag(args[i], ref parsed)) continue;
            if (i + 1 >= args.Length || !TryValue(args[i], args[i + 1], ref parsed, out fault))
            {
                fault = i + 1 >= args.Length ? $"'{args[i]}' is unknown or lacks its value." : $"'{args[i]} {args[i + 1]}' is not understood.";
                return false;
            }

            i++;
        }

        fault = Fault(parsed) ?? "";
        options = parsed;
        return fault.Length == 0;
    }

    private static string? Fault(AgentOptions parsed)
    {
        if (parsed.Agent.Length is 0 or > 64 || parsed.Agent[0] == '-' || parsed.Agent.Contains('/', StringComparison.Ordinal))
            return "An agent's name has 1 to 64 characters, does not begin with '-', and has no '/': agent NAME.";
        if (parsed.Listen is not null && parsed.Port is not null) return "--listen contains the port; leave --port out.";
        if (parsed.Auto && parsed.Count < 0) return "--auto needs --count N.";
        if (!parsed.Auto && (parsed.Json || parsed.Count >= 0 || parsed.Rate > 0 || parsed.Linger > 0)) return "--count, --rate, --json and --linger need --auto.";
        if (!parsed.Auto && (Console.IsInputRedirected || Console.IsOutputRedirected))
            return "An agent without --auto needs a terminal to draw in and to read keys from; in a script, use --auto --count N.";
        return null;
    }

    private static bool TryFlag(string arg, ref AgentOptions parsed)
    {
        switch (arg)
        {
            case "--auto":
                parsed = parsed with { Auto = true };
                return true;
            case "--json":
                parsed = parsed with { Json = true };
                return true;
            case "--demo":
                parsed = parsed with { IsDemo = true };
                return true;
            default:
                return false;
        }
    }

    private static bool TryValue(string arg, string value, ref AgentOptions parsed, out string fault)
    {
        fault = "";
        var isWhole = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var whole);
        var isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        switch (arg)
        {
            case "--count" when isWhole:
                parsed = parsed with { Count = whole };
                return true;
            case "--capacity" when isWhole && whole > 0:
                parsed = parsed with { Capacity = whole };
                return true;
            case "--expect" when isWhole && whole <= 64:
                parsed = parsed with { Expected = (int)whole };
                return true;
            case "--port" when isWhole && whole <= ushort.MaxValue:
                parsed = parsed with { Port = (int)whole };
                return true;
            case "--rate" when isNumber:
                parsed = parsed with { Rate = number };
                return true;
            case "--linger" when isNumber && number <= 86_400:
                parsed = parsed with { Linger = number };
                return true;
            case "--event" when value.Length is > 0 and <= 64:
                parsed = parsed with { Event = value };
                return true;
            case "--listen":
                parsed = parsed with { Listen = value };
                return true;
            case "--advertise":
                parsed = parsed with { Advertise = value };
                return true;
            case "--seed":
                parsed = parsed with { GivenSeeds = [.. parsed.GivenSeeds, value] };
                return true;
            default:
                return false;
        }
    }
}
