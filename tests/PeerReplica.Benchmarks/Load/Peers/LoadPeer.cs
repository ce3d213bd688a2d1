using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>A process beside the program: does what lines on its input say, one after the other, and answers each with one line. Ends with its input.</summary>
internal sealed class LoadPeer
{
    private readonly Dictionary<string, Func<string[], string>> _commands = [];

    public LoadPeer()
    {
        Replica = new ReplicaCommands(this);
        Akka = new AkkaCommands(this);
        _ = new FillCommands(this);
        _ = new StampCommands(this);
        _ = new MemoryCommands(this);
    }

    public ReplicaCommands Replica { get; }

    public AkkaCommands Akka { get; }

    public LoadHost Host => Replica.Host;

    public int Run()
    {
        while (Console.In.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Console.WriteLine(_commands[words[0]](words[1..]));
        }

        Replica.Stop();
        Akka.Stop();
        return 0;
    }

    public void Add(string command, Func<string[], string> answer) => _commands.Add(command, answer);

    public static string Say(params IEnumerable<double> numbers) => string.Join(' ', numbers.Select(n => n.ToString("0.######", CultureInfo.InvariantCulture)));

    public static int Int(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
