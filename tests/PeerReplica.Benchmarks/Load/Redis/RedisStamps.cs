using System.Globalization;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>Stamps by way of a primary and its replica.</summary>
internal static class RedisStamps
{
    public const string Key = "stamp";

    public const string Channel = "stamps";

    /// <summary>Sets two keys in one sending: one whose value is the stamp, for who polls, and before it one whose name is, for who is told names.</summary>
    public static StampWriter Writer(int port)
    {
        var client = new RespClient(port);
        return new(Write, client);

        void Write(long stamp)
        {
            var text = stamp.ToString(CultureInfo.InvariantCulture);
            client.Write("SET", text, "", "PX", "1000");
            client.Write("SET", Key, text);
            client.Flush();
            client.Read();
            client.Read();
        }
    }

    /// <summary>Sets the key and publishes the stamp in one sending: Garnet has no keyspace notifications.</summary>
    public static StampWriter PublishingWriter(int port)
    {
        var client = new RespClient(port);
        return new(Write, client);

        void Write(long stamp)
        {
            var text = stamp.ToString(CultureInfo.InvariantCulture);
            client.Write("SET", Key, text);
            client.Write("PUBLISH", Channel, text);
            client.Flush();
            client.Read();
            client.Read();
        }
    }
}
