using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

/// <summary>Touches that arrive in any order, over stores without core, host and clock.</summary>
public sealed class MapTouchesTests
{
    private static readonly SlidingExpiration s_sliding = new(TimeSpan.FromSeconds(20), Instant.Never);
    private static readonly Instant s_usedAt = new Instant(1) + TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_touch_counts_whether_it_arrives_before_its_value_or_after_it(bool isFirst)
    {
        var (writer, reader, third) = (new SlidingNode(1), new SlidingNode(2), new SlidingNode(3));
        var value = writer.WriteSliding("k");
        reader.Receive(value);
        var touch = reader.UseAt("k", s_usedAt);
        third.Now = s_usedAt;
        Assert.Equal(1, third.Receive(isFirst ? touch : value));
        Assert.Equal(1, third.Receive(isFirst ? value : touch));
        Assert.Equal(s_sliding.EndAfterUse(s_usedAt), third.Map.Lookup("k")!.Look().ExpiresAt);
    }

    [Fact]
    public void A_touch_of_a_value_that_was_overwritten_has_no_effect()
    {
        var (writer, reader, third) = (new SlidingNode(1), new SlidingNode(2), new SlidingNode(3));
        var first = writer.WriteSliding("k");
        reader.Receive(first);
        third.Receive(first);
        var touch = reader.UseAt("k", s_usedAt);
        third.Receive(writer.WriteSliding("k"));
        third.Now = s_usedAt;
        var end = third.Map.Lookup("k")!.Look().ExpiresAt;
        third.Receive(touch);
        Assert.Equal(end, third.Map.Lookup("k")!.Look().ExpiresAt);
    }

    private sealed class SlidingNode : MapNode<long>
    {
        private readonly MapTouches<string, long> _touches;
        private long _value;

        public SlidingNode(int id)
            : base(id)
        {
            var marks = new KeyedObject<string, ulong>("m", ObjectKind.Touches, Map.KeyCodec, NativeCodecs.UInt64, this, new PeerReplicaOptions());
            Store.Register(marks);
            _touches = new MapTouches<string, long>(Map, marks);
        }

        public byte[] WriteSliding(string key)
        {
            Map.Write(key, Map.NewWrite(++_value) with { ExpiresAt = s_sliding.EndAfterUse(Now), Sliding = s_sliding });
            Publish();
            return Write();
        }

        public byte[] UseAt(string key, Instant now)
        {
            Now = now;
            _touches.Use(Map.Lookup(key)!);
            Publish();
            return Write();
        }
    }
}
