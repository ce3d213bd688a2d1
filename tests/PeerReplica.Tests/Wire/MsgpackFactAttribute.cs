namespace PeerReplica.Tests.Wire;

/// <summary>A fact that needs python3-msgpack, and says so loudly where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MsgpackFactAttribute : FactAttribute
{
    public MsgpackFactAttribute()
    {
        Skip = Msgpack.Missing!;
        if (Skip is not null) Console.Error.WriteLine(Skip);
    }
}
